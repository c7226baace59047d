"""What a job that treats many follow-ups gives to each: amounts and advisors (docs/domain.md, Many at once)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.money import not_negative, share_out


@dataclass(frozen=True, slots=True)
class Sharer:
    """A follow-up that may be concluded when a total is shared, with its current potential in euros."""

    follow_up_id: str
    client_id: str
    potential: Decimal


@dataclass(frozen=True, slots=True)
class Shared:
    """What became of a total: the parts recorded, and those that are not; together they are the total."""

    recorded: Decimal
    not_recorded: Decimal


def share_total(total: Decimal, sharers: Iterable[Sharer]) -> dict[str, Decimal]:
    """The total by follow-up, shared by current potential to the cent (spec 5.10).

    Largest remainder, ties by client id; equally where all potentials are 0. Nobody to share among: no parts.
    """
    ranked = sorted(sharers, key=lambda sharer: (sharer.client_id, sharer.follow_up_id))
    if not ranked:
        return {}
    parts = share_out(total, [sharer.potential for sharer in ranked])
    return {sharer.follow_up_id: part for sharer, part in zip(ranked, parts, strict=True)}


def settle_total(total: Decimal, recorded: Iterable[Decimal]) -> Shared:
    """What is recorded of a total whose parts were fixed before, and what is not and is never shared again."""
    done = sum(recorded, Decimal("0.00"))
    return Shared(recorded=done, not_recorded=total - done)


def check_amounts(kind: ConclusionKind, each: Decimal | None, total: Decimal | None) -> None:
    """Whether one conclusion for many may carry these amounts.

    Raises Invalid `amount_unclear` (each and total), `amount_without_success`, and the codes of `not_negative`.
    """
    if each is not None and total is not None:
        raise Invalid("amount_unclear")
    amount = not_negative(each or total or 0)
    if amount and not kind.is_success:
        raise Invalid("amount_without_success", {"kind": kind.value, "collected": str(amount)})


def deal_out(clients: Iterable[str], advisors: Sequence[str]) -> dict[str, str]:
    """An advisor for each client, in turn by client id, so that two advisors differ by one client at most (spec 5.11).

    A client's follow-ups all go to one advisor. Raises Invalid `advisor_missing`, `advisor_twice`.
    """
    if not advisors:
        raise Invalid("advisor_missing")
    if len(set(advisors)) < len(advisors):
        raise Invalid("advisor_twice", {"advisors": sorted({one for one in advisors if advisors.count(one) > 1})})
    return {client: advisors[place % len(advisors)] for place, client in enumerate(sorted(set(clients)))}
