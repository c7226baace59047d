"""A follow-up here beside the one at its owner: what differs, at the first look and at the second (ADR 0081)."""

from collections.abc import Iterator, Mapping, Sequence

from services.reporting.ports.reconciling import FACTS_MISSING, FACTS_UNKNOWN, STATE_DIFFERS, Found, HeldHere
from shared.contracts.reconciling import FollowUpDigest


def suspects(owned: Sequence[FollowUpDigest], held: Sequence[HeldHere]) -> Iterator[Found]:
    """What differs in the same range of ids, the owner having been read first; facts on their way differ too."""
    here = {one.follow_up_id: one for one in held}
    for one in owned:
        mine = here.pop(one.follow_up_id, None)
        kind = _kind(one, mine)
        if kind is not None:
            yield _found(kind, one, mine)
    for left in here.values():
        yield _found(FACTS_UNKNOWN, None, left)


def still_differs(found: Found, owned: FollowUpDigest | None, held: HeldHere | None) -> bool:
    """Whether what was suspected holds at the second look; `held.facts` are counted up to the owner's first number."""
    first_owned, first_held = _number(found.details, "owner"), _number(found.details, "here")
    if found.kind == FACTS_MISSING:
        return held is None or held.facts < first_owned
    if found.kind == FACTS_UNKNOWN:
        return held is not None and (owned is None or owned.number < first_held)
    if owned is None or held is None:
        return False
    return held.number < first_owned or (held.number == owned.number and held.digest != owned.digest)


def _kind(owned: FollowUpDigest, held: HeldHere | None) -> str | None:
    if held is None or held.facts < owned.number:
        return FACTS_MISSING
    if held.number > owned.number:
        return FACTS_UNKNOWN
    if held.number < owned.number or held.digest != owned.digest:
        return STATE_DIFFERS
    return None


def _found(kind: str, owned: FollowUpDigest | None, held: HeldHere | None) -> Found:
    one = owned or held
    assert one is not None, "a difference is one of something"  # noqa: S101  for the type checker
    return Found(
        kind=kind,
        follow_up_id=one.follow_up_id,
        campaign_id=one.campaign_id,
        details={
            "owner": 0 if owned is None else owned.number,
            "here": 0 if held is None else held.number,
            "facts": 0 if held is None else held.facts,
        },
    )


def _number(details: Mapping[str, str | int | None], name: str) -> int:
    return int(details.get(name) or 0)
