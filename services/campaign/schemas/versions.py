"""Versions of a campaign as they are shown: whole, side by side, and the history of the allocation."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.campaign.ports import Campaign
from services.campaign.use_cases.versions import AllocationChange, Compared, ShareChange, unallocated
from shared.contracts.campaign import CampaignDefined
from shared.contracts.wire import Euros
from shared.rulebook.version_compare import FieldChange, StepChange


class EnteredShare(BaseModel):
    """A row of the allocation as entered in a version."""

    advisor_id: str
    amount: Euros | None
    percent: Decimal | None


class Version(BaseModel):
    """A version as it was saved; two of them can be laid side by side."""

    version: int
    saved_by: str
    saved_at: dt.datetime
    definition: CampaignDefined
    allocation: list[EnteredShare]

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """The version that the campaign was then."""
        definition = campaign.definition
        return cls(
            version=definition.version,
            saved_by=definition.saved_by,
            saved_at=definition.saved_at,
            definition=definition,
            allocation=[
                EnteredShare(advisor_id=row.advisor_id, amount=row.amount, percent=row.percent) for row in campaign.rows
            ],
        )


class Versions(BaseModel):
    """The versions, the newest first; `next` is the `before` of the following page."""

    items: list[Version]
    next: int | None


class Stamp(BaseModel):
    """Which version, saved by whom and when."""

    version: int
    saved_by: str
    saved_by_name: str | None
    saved_at: dt.datetime

    @classmethod
    def of(cls, campaign: Campaign, names: Mapping[str, str]) -> Self:
        """The stamp of that version."""
        definition = campaign.definition
        return cls(
            version=definition.version,
            saved_by=definition.saved_by,
            saved_by_name=names.get(definition.saved_by),
            saved_at=definition.saved_at,
        )


class Changed(BaseModel):
    """A field that says something else; null where there was, or is, nothing."""

    field: str
    before: Any
    after: Any

    @classmethod
    def of(cls, change: FieldChange) -> Self:
        """The change."""
        return cls(field=change.name, before=change.before, after=change.after)


class StepName(BaseModel):
    """A step by id and title."""

    step_id: str
    title: str


class StepEdited(StepName):
    """A step that says something else."""

    changes: list[Changed]


class ShareState(BaseModel):
    """A share in euros and in per cent of the target; `percent_entered` where it was entered so."""

    amount: Euros
    percent: str | None
    percent_entered: Decimal | None


class ShareChanged(BaseModel):
    """An advisor's share before and after; null where there was, or is, none."""

    advisor_id: str
    advisor_name: str | None
    before: ShareState | None
    after: ShareState | None

    @classmethod
    def of(cls, change: ShareChange, names: Mapping[str, str]) -> Self:
        """The change."""
        before, after = (
            None if share is None else ShareState.model_validate(share, from_attributes=True)
            for share in (change.before, change.after)
        )
        name = names.get(change.advisor_id)
        return cls(advisor_id=change.advisor_id, advisor_name=name, before=before, after=after)


class Comparison(BaseModel):
    """What changed from version `before` to version `after`."""

    before: Stamp
    after: Stamp
    fields: list[Changed]
    steps_added: list[StepName]
    steps_removed: list[StepName]
    steps_moved: list[StepName]
    steps_edited: list[StepEdited]
    shares: list[ShareChanged]

    @classmethod
    def of(cls, compared: Compared) -> Self:
        """The answer; steps under the title that they have now, removed ones under their last."""
        found = compared.difference
        titles = {step.id: step.title for one in (compared.before, compared.after) for step in one.definition.steps}

        def named(ids: tuple[str, ...]) -> list[StepName]:
            return [StepName(step_id=one, title=titles[one]) for one in ids]

        def edited(step: StepChange) -> StepEdited:
            changes = list(map(Changed.of, step.changes))
            return StepEdited(step_id=step.step_id, title=titles[step.step_id], changes=changes)

        return cls(
            before=Stamp.of(compared.before, compared.names),
            after=Stamp.of(compared.after, compared.names),
            fields=list(map(Changed.of, found.fields)),
            steps_added=named(found.added),
            steps_removed=named(found.removed),
            steps_moved=named(found.moved),
            steps_edited=list(map(edited, found.edited)),
            shares=[ShareChanged.of(share, compared.names) for share in compared.shares],
        )


class AllocationChanged(BaseModel):
    """A version that changed the target or its shares."""

    saved: Stamp
    target_before: Euros | None
    target: Euros | None
    unallocated_before: Euros | None
    unallocated: Euros | None
    shares: list[ShareChanged]

    @classmethod
    def of(cls, change: AllocationChange, names: Mapping[str, str]) -> Self:
        """The change."""
        return cls(
            saved=Stamp.of(change.after, names),
            target_before=None if change.before is None else change.before.definition.target,
            target=change.after.definition.target,
            unallocated_before=None if change.before is None else unallocated(change.before),
            unallocated=unallocated(change.after),
            shares=[ShareChanged.of(share, names) for share in change.shares],
        )


class AllocationHistory(BaseModel):
    """The changes, the newest first; `next` is the `before` of the following page."""

    items: list[AllocationChanged]
    next: int | None
