"""The follow-up service asked over NATS, and everybody's rights as the directory tells them."""

import asyncio
from collections.abc import Collection, Sequence

from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import CalendarFound, PresentCalendar
from shared.contracts.followup import (
    DefinitionHeld,
    EditPreviewed,
    EffectsOfEdit,
    HoldDefinition,
    JobDecided,
    JobDecisions,
    PreviewEdit,
    ReserveSteps,
    StepsReserved,
    TargetingCount,
    TargetingProgress,
)
from shared.rulebook.access import Principal
from shared.rulebook.due_dates import WorkingDays
from shared.rulebook.steps import Plan
from shared.runtime.calendar import WorkingCalendar
from shared.runtime.logging import logger
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused
from shared.runtime.principals import Principals, Stale
from shared.runtime.security import principal_from

RESERVED_SECONDS = 60.0
_PATIENCE = 2.0
_LOOKS = 20
_LOOK_SECONDS = 0.05
_log = logger(__name__)


class AskedFollowUps:
    """The follow-up service; each question waits at most two seconds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def hold(self, definition: CampaignDefined) -> bool:
        """Whether it holds this version or a later one now; False when it does not answer: the event gets there."""
        try:
            held = await self._bus.ask(HoldDefinition(definition=definition), DefinitionHeld, timeout=_PATIENCE)
        except (NobodyAnswers, QuestionRefused) as error:
            _log.warning("a definition is not held yet", campaign_id=definition.campaign_id, error=str(error))
            return False
        return held.version >= definition.version

    async def reserve(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> StepsReserved:
        """Refuse new commands for these steps, or for all; what was done on them. Raises when it does not answer."""
        return await self._bus.ask(_reservation(campaign_id, step_ids, by=by), StepsReserved, timeout=_PATIENCE)

    async def release(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> None:
        """Take that reservation back; when this does not get there, it ends by itself."""
        released = _reservation(campaign_id, step_ids, by=by, release=True)
        try:
            await self._bus.ask(released, StepsReserved, timeout=_PATIENCE)
        except (NobodyAnswers, QuestionRefused) as error:
            _log.error("a reservation was not released", campaign_id=campaign_id, error=str(error))

    async def preview(
        self, campaign_id: str, old_plan: Plan, new_plan: Plan
    ) -> tuple[Sequence[EffectsOfEdit], Collection[str]]:
        """What the edit would do, page after page; each page waits at most two seconds."""
        question = PreviewEdit(campaign_id=campaign_id, old_plan=old_plan, new_plan=new_plan)
        page = await self._bus.ask(question, EditPreviewed, timeout=_PATIENCE)
        effects, completed = list(page.advisors), page.completed
        while page.last is not None:
            following = question.model_copy(update={"after": page.last})
            page = await self._bus.ask(following, EditPreviewed, timeout=_PATIENCE)
            effects += page.advisors
        return effects, completed

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount | None:
        """How far it is with a job's clients; None when it does not answer."""
        try:
            return await self._bus.ask(
                TargetingProgress(campaign_id=campaign_id, job_id=job_id), TargetingCount, timeout=_PATIENCE
            )
        except (NobodyAnswers, QuestionRefused):
            return None

    async def decided(self, campaign_id: str, job_id: str, *, after: str | None, limit: int) -> JobDecided | None:
        """How far the commands of a job are, with one page of those refused; None when it does not answer."""
        question = JobDecisions(campaign_id=campaign_id, job_id=job_id, after=after, limit=limit)
        try:
            return await self._bus.ask(question, JobDecided, timeout=_PATIENCE)
        except (NobodyAnswers, QuestionRefused):
            return None


class AskedCalendars:
    """The directory asked for the deployment's working days."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def present(self) -> WorkingDays:
        """The calendar now. NobodyAnswers while the directory is silent, or in trouble: it has nothing to refuse."""
        try:
            found = await self._bus.ask(PresentCalendar(), CalendarFound, timeout=_PATIENCE)
        except QuestionRefused as error:
            raise NobodyAnswers(PresentCalendar.subject) from error
        return WorkingCalendar(found.country, found.subdivision, frozenset(found.closing_days))


class WatchedPeople:
    """Everybody's rights, in memory."""

    def __init__(self, principals: Principals) -> None:
        self._principals = principals

    async def principal(self, user_id: str) -> Principal | None:
        """The rights of an active user.

        News of people hold within a second, so that one who is unknown may just have been told to the directory.
        """
        for _ in range(_LOOKS):
            record = self._principals.get(user_id)
            if record is not None:
                return principal_from(record) if record.active else None
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    def known(self) -> bool:
        """Whether what is held here is at most a second old."""
        try:
            self._principals.current()
        except Stale:
            return False
        return True

    def present(self, user_id: str) -> Principal | None:
        """The rights of an active user as held here; None for one who is gone."""
        record = self._principals.get(user_id)
        return principal_from(record) if record is not None and record.active else None


def _reservation(campaign_id: str, step_ids: Collection[str] | None, *, by: str, release: bool = False) -> ReserveSteps:
    return ReserveSteps(
        campaign_id=campaign_id,
        step_ids=None if step_ids is None else tuple(sorted(step_ids)),
        reservation=by,
        for_seconds=RESERVED_SECONDS,
        release=release,
    )
