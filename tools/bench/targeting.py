"""How long the call takes that targets a whole network's clients at once, and its job after it."""

import time
from dataclasses import dataclass

from tools.bench.product import Product


@dataclass(frozen=True, slots=True)
class Targeting:
    """Seconds from the call."""

    clients: int
    answered: float
    """Until its answer, which names the job."""
    targeted: float
    """Until every client is in the campaign."""
    received: float
    """Until the follow-up service has a follow-up for each, whose executions it then starts one after another."""


async def targeting(product: Product, *, clients: int) -> Targeting:
    """Target so many clients in one call. UnexpectedAnswerError when one is skipped, or it takes minutes."""
    campaign = await product.campaign("bench-targeting", steps=4)
    began = time.perf_counter()
    job = await product.target(campaign, range(clients))
    answered = time.perf_counter() - began
    await product.until_job(campaign, job, "targeted", clients)
    targeted = time.perf_counter() - began
    await product.until_job(campaign, job, "received", clients)
    return Targeting(clients, round(answered, 2), round(targeted, 1), round(time.perf_counter() - began, 1))


def targeting_object(found: Targeting) -> dict[str, object]:
    """The figures."""
    seconds = {"answered": found.answered, "targeted": found.targeted, "received": found.received}
    return {"targeting_seconds": seconds, "targeted_clients": found.clients}


def targeting_text(found: Targeting) -> str:
    """The same for people."""
    return (
        f"  one call  {found.clients} clients: answered after {found.answered} s, targeted after {found.targeted} s,"
        f" with follow-ups after {found.received} s\n"
    )
