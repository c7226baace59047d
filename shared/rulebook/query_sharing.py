"""With whom a saved query may be shared, and who sees it then (spec 4; docs/domain.md, Queries)."""

from collections.abc import Sequence

from shared.rulebook.errors import Forbidden, NotVisible
from shared.rulebook.filters import Filter, Operator, Own, all_of, attribute, criteria_of, criterion
from shared.rulebook.rights import AccessLevel, Principal


def sees_query(reader: Principal, owner_id: str, shared_with: str | None) -> bool:
    """Whether a saved query exists for the reader: their own, or shared with their unit or one above it."""
    return reader.user_id == owner_id or shared_with in reader.unit_path


def check_sharing(owner: Principal, unit_path: Sequence[str]) -> None:
    """Nothing when the owner may share a query with the unit at that path: their own, or one that their reach covers.

    NotVisible `not_visible` else: to a person without that reach the unit is none to speak of.
    """
    if owner.crm or owner.access_level is AccessLevel.ALL or tuple(unit_path[-1:]) == (owner.unit_id,):
        return
    if owner.access_level is not AccessLevel.SUBTREE or owner.unit_id not in unit_path:
        raise NotVisible("not_visible", {"missing": "reach"})


def check_query_owner(asker: Principal, owner_id: str) -> None:
    """Nothing for the owner of a saved query; Forbidden `right_missing` for others, who may run it only."""
    if asker.user_id != owner_id:
        raise Forbidden("right_missing", {"missing": "owner"})


def present_only(whole: Filter) -> Filter:
    """The filter for active clients, unless it speaks of `active` itself: who left the bank is no client to find."""
    if any(one.attribute.own is Own.ACTIVE for one in criteria_of(whole)):
        return whole
    active = criterion(attribute(Own.ACTIVE.value), Operator.EQUAL, [True])
    return all_of([whole, active])
