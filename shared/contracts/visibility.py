"""How a follow-up is found and filtered in the engine: the search attributes of its execution. Ids only, never names."""

from datetime import UTC, datetime, time

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


def changed_attributes(before: FollowUp, after: FollowUp) -> list[SearchAttributeUpdate]:
    """The updates to make; mostly none, since one costs an event."""
    pairs = (
        (ADVISOR_ID, before.advisor_id, after.advisor_id),
        (FOLLOW_UP_STATUS, status_attribute(before), status_attribute(after)),
        (ENTRY_AT, _entry_at(before), _entry_at(after)),
    )
    return [key.value_set(new) for key, old, new in pairs if new != old]  # type: ignore[arg-type]  key and value match by row


def status_attribute(state: FollowUp) -> str:
    """The value of FollowUpStatus."""
    return state.closing or "OPEN"


def _entry_at(state: FollowUp) -> datetime:
    return datetime.combine(state.entry_date, time(), UTC)
