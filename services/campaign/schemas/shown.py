"""A campaign as it is shown."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel

from services.campaign.ports import Listed
from services.campaign.use_cases.read import Seen
from shared.contracts.campaign import CampaignDefined, StepDefinition
from shared.contracts.wire import Euros
from shared.rulebook.campaign import CampaignStatus, campaign_status

_NOBODY: Mapping[str, int] = {}


class Notice(BaseModel):
    """The start notice as it stands."""

    on: bool
    date: dt.date | None


class ShareRow(BaseModel):
    """A share as entered, and what it comes to in euros."""

    advisor_id: str
    advisor_name: str | None
    amount: Euros
    percent: Decimal | None
    """As entered; None when the share is in euros."""


class Allocation(BaseModel):
    """The rows that the reader may see; the totals are for readers of the whole."""

    rows: list[ShareRow]
    allocated: Euros | None
    unallocated: Euros | None


class Warned(BaseModel):
    """Something that was done and may not be meant."""

    code: Literal["advisor_has_open_follow_ups"] = "advisor_has_open_follow_ups"
    advisor_id: str
    open_follow_ups: int


class CampaignSummary(BaseModel):
    """A row of the list."""

    campaign_id: str
    key: str
    version: int
    name: str
    owner_id: str
    owner_name: str | None
    target: Euros | None
    """None too for readers of a part."""
    start_date: dt.date
    end_date: dt.date
    status: CampaignStatus

    @classmethod
    def of(cls, listed: Listed, today: dt.date) -> Self:
        """The row as it is today."""
        return cls(
            campaign_id=listed.campaign_id,
            key=listed.key,
            version=listed.version,
            name=listed.name,
            owner_id=listed.owner_id,
            owner_name=listed.owner_name,
            target=listed.target,
            start_date=listed.start_date,
            end_date=listed.end_date,
            status=campaign_status(listed.start_date, listed.end_date, listed.archived, today),
        )


class CampaignOut(CampaignSummary):
    """A campaign whole. `target` and the totals of its allocation are None for readers of a part."""

    note: str
    creator_id: str
    archived: bool
    steps: list[StepDefinition]
    sales_step: str
    notice: Notice
    allocation: Allocation
    created_at: dt.datetime
    saved_at: dt.datetime
    saved_by: str
    may_change: bool

    held: bool | None = None
    """After a save: whether the very next command already follows this version."""

    job_id: str | None = None
    """After a duplicate with clients: the job that targets them."""

    warnings: list[Warned] = []
    """After an allocation: whose share was taken away although follow-ups of theirs, within reach, are open."""

    @classmethod
    def seen(
        cls,
        seen: Seen,
        *,
        held: bool | None = None,
        job_id: str | None = None,
        still_open: Mapping[str, int] = _NOBODY,
    ) -> Self:
        """The campaign as its reader may see it."""
        definition = seen.campaign.definition
        return cls(
            **_same(definition),
            key=definition.campaign_key,
            owner_name=seen.names.get(definition.owner_id),
            status=seen.status,
            target=definition.target if seen.whole else None,
            steps=list(definition.steps),
            notice=Notice(on=definition.notice_date is not None, date=definition.notice_date),
            allocation=_allocation(seen),
            may_change=seen.may_change,
            held=held,
            job_id=job_id,
            warnings=[Warned(advisor_id=one, open_follow_ups=number) for one, number in sorted(still_open.items())],
        )


class CampaignPage(BaseModel):
    """One page of the list; `next` is the cursor of the following one."""

    items: list[CampaignSummary]
    next: str | None


def _allocation(seen: Seen) -> Allocation:
    target, unallocated = seen.campaign.definition.target, seen.unallocated
    return Allocation(
        rows=[
            ShareRow(
                advisor_id=share.entered.advisor_id,
                advisor_name=seen.names.get(share.entered.advisor_id),
                amount=share.amount,
                percent=share.entered.percent,
            )
            for share in seen.shares
        ],
        allocated=None if target is None or unallocated is None else target - unallocated,
        unallocated=None if target is None else unallocated,
    )


def _same(definition: CampaignDefined) -> dict[str, Any]:
    fields = (
        "campaign_id", "version", "name", "note", "owner_id", "creator_id", "start_date", "end_date", "archived",
        "sales_step", "created_at", "saved_at", "saved_by",
    )  # fmt: skip
    return {field: getattr(definition, field) for field in fields}
