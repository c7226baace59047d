"""How a follow-up is found in the engine: the search attributes of its execution. Ids only, never names."""

from datetime import UTC, datetime, time
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from shared.rulebook.follow_up import FollowUp

CAMPAIGN_ID = SearchAttributeKey.for_keyword("CampaignId")
ADVISOR_ID = SearchAttributeKey.for_keyword("AdvisorId")
FOLLOW_UP_STATUS = SearchAttributeKey.for_keyword("FollowUpStatus")
"""OPEN or the closing; WAITING is OPEN with an EntryAt in the future, since nothing happens on the entry date."""
ENTRY_AT = SearchAttributeKey.for_datetime("EntryAt")


def search_attributes(campaign_id: str, state: FollowUp) -> TypedSearchAttributes:
    """What an execution is started with; given then, they cost no event."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(CAMPAIGN_ID, campaign_id),
            SearchAttributePair(ADVISOR_ID, state.advisor_id),
            SearchAttributePair(FOLLOW_UP_STATUS, status_attribute(state)),
            SearchAttributePair(ENTRY_AT, _entry_at(state)),
        ]
    )


def changed_attributes(before: FollowUp, after: FollowUp) -> list[SearchAttributeUpdate[Any]]:
    """The updates to make; mostly none, since one costs an event."""
    updates: list[SearchAttributeUpdate[Any]] = []
    if after.advisor_id != before.advisor_id:
        updates.append(ADVISOR_ID.value_set(after.advisor_id))
    if after.closing != before.closing:
        updates.append(FOLLOW_UP_STATUS.value_set(status_attribute(after)))
    if after.entry_date != before.entry_date:
        updates.append(ENTRY_AT.value_set(_entry_at(after)))
    return updates


def status_attribute(state: FollowUp) -> str:
    """The value of FollowUpStatus."""
    return state.closing or "OPEN"


def _entry_at(state: FollowUp) -> datetime:
    return datetime.combine(state.entry_date, time(), UTC)
