"""A campaign's own life: status from dates, entry of clients, deletion, archiving (docs/domain.md, Campaigns).

The checks of a definition live in `definition`, those of its edits in `plan_edit`; both are offered here too.
"""

from datetime import date
from enum import StrEnum

from shared.rulebook.definition import check_definition, definition_problems, sales_step_of
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.plan_edit import check_edit, plan_after_edit, plan_of_duplicate, steps_put_behind

__all__ = [
    "CampaignStatus",
    "campaign_status",
    "check_archive",
    "check_definition",
    "check_delete",
    "check_edit",
    "check_entry_date",
    "check_targeting",
    "check_unarchive",
    "default_entry_date",
    "default_notice_date",
    "definition_problems",
    "entry_date_within",
    "plan_after_edit",
    "plan_of_duplicate",
    "pulled_in",
    "sales_step_of",
    "steps_put_behind",
]


class CampaignStatus(StrEnum):
    """The first three follow from the dates, ARCHIVED from the flag (spec 2.2)."""

    UPCOMING = "UPCOMING"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    ARCHIVED = "ARCHIVED"


def campaign_status(start: date, end: date, archived: bool, today: date) -> CampaignStatus:  # noqa: FBT001
    """The status on that day; a campaign runs from its start to its end date, both included (spec 2.2)."""
    if archived:
        return CampaignStatus.ARCHIVED
    if today < start:
        return CampaignStatus.UPCOMING
    return CampaignStatus.RUNNING if today <= end else CampaignStatus.ENDED


def default_notice_date(start: date) -> date:
    """The day of the start notice when nobody chose one: the start date (spec 2.1)."""
    return start


def check_targeting(campaign: CampaignStatus) -> None:
    """Whether clients may enter: Refused `archived` or `campaign_ended` (spec 2.2, 2.7)."""
    if campaign is CampaignStatus.ARCHIVED:
        raise Refused("archived")
    if campaign is CampaignStatus.ENDED:
        raise Refused("campaign_ended")


def default_entry_date(start: date, today: date) -> date:
    """The entry date when nobody chose one: the later of today and the campaign's start (spec 3.2)."""
    return max(start, today)


def entry_date_within(entry_date: date, start: date, end: date) -> bool:
    """Whether the entry date lies within the campaign's dates (spec 3.2)."""
    return start <= entry_date <= end


def check_entry_date(entry_date: date, start: date, end: date) -> None:
    """Raises Invalid `entry_date_out_of_range` when the entry date lies outside the campaign's dates (spec 3.2)."""
    if not entry_date_within(entry_date, start, end):
        raise Invalid(
            "entry_date_out_of_range",
            {"entry_date": entry_date.isoformat(), "from": start.isoformat(), "to": end.isoformat()},
        )


def pulled_in(entry_date: date, start: date, end: date) -> date:
    """The entry date of a WAITING client once the campaign's dates have moved: the nearest day within (spec 2.4)."""
    return min(max(entry_date, start), end)


def check_delete(anything_recorded: bool) -> None:  # noqa: FBT001
    """Refused `something_recorded` once anything was done for any client, even undone since (spec 2.7)."""
    if anything_recorded:
        raise Refused("something_recorded")


def check_archive(campaign: CampaignStatus) -> None:
    """Refused `archived` or `campaign_not_ended`: only an ENDED campaign is archived (spec 2.7)."""
    if campaign is CampaignStatus.ARCHIVED:
        raise Refused("archived")
    if campaign is not CampaignStatus.ENDED:
        raise Refused("campaign_not_ended", {"status": campaign.value})


def check_unarchive(campaign: CampaignStatus) -> None:
    """Refused `not_archived` unless the campaign is ARCHIVED (spec 2.7)."""
    if campaign is not CampaignStatus.ARCHIVED:
        raise Refused("not_archived", {"status": campaign.value})
