"""The campaign service's neighbours in memory, and callers whose tokens are their names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.campaign import CampaignDefined
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
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.errors import Refused
from shared.rulebook.ids import unit_id, user_id
from shared.rulebook.steps import Plan
from shared.runtime.messaging import Bus
from shared.runtime.problems import HTTPProblem
from shared.runtime.security import crm_principal


@dataclass
class FakeFollowUps:
    """The follow-up service: what it holds, what is reserved, and what was done there according to the test."""

    held: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, set[str | None]] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    touched: int = 0
    counts: dict[str, TargetingCount] = field(default_factory=dict)
    decisions: dict[str, JobDecided] = field(default_factory=dict)
    effects: list[EffectsOfEdit] = field(default_factory=list)
    """What any edit would do."""
    under_way: bool = False
    """Commands on every step are undecided."""
    quick: bool = False
    """Every follow-up that a job concerns has started, or has decided, by the time one asks."""
    deaf: bool = False
    """Answers nothing that may stay unanswered."""

    async def hold(self, definition: CampaignDefined) -> bool:
        """Hold it; the next version ends every reservation."""
        if self.deaf:
            return False
        self.held[definition.campaign_id] = max(definition.version, self.held.get(definition.campaign_id, 0))
        self.reserved.pop(definition.campaign_id, None)
        return True

    async def reserve(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> StepsReserved:
        """Note the reservation."""
        if self.under_way:
            raise Refused("commands_under_way")
        self.reserved.setdefault(campaign_id, set()).update([None] if step_ids is None else step_ids)
        completed = self.completed if step_ids is None else self.completed & set(step_ids)
        return StepsReserved(completed=tuple(sorted(completed)), anything_recorded=self.touched > 0)

    async def release(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> None:
        """Forget the reservation."""
        self.reserved.get(campaign_id, set()).difference_update([None] if step_ids is None else step_ids)

    async def preview(
        self, campaign_id: str, old_plan: Plan, new_plan: Plan
    ) -> tuple[Sequence[EffectsOfEdit], Collection[str]]:
        """What the test says."""
        removed = {step.id for step in old_plan.steps} - {step.id for step in new_plan.steps}
        return list(self.effects), tuple(sorted(self.completed & removed))

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount | None:
        """The count that the test gave."""
        if self.quick:
            return TargetingCount(received=1, started=1, already_targeted=0)
        return None if self.deaf else self.counts.get(job_id)

    async def decided(self, campaign_id: str, job_id: str, *, after: str | None, limit: int) -> JobDecided | None:
        """What the test says became of the job's commands, in pages by follow-up id."""
        if self.quick:
            return JobDecided(decided=1, refused=0, by_code={}, refusals=())
        decided = self.decisions.get(job_id)
        if self.deaf or decided is None:
            return None
        beyond = [one for one in decided.refusals if one.follow_up_id > (after or "")]
        return decided.model_copy(update={"refusals": tuple(beyond[:limit])})

    async def answer_on(self, bus: Bus) -> None:
        """Answer the questions of the real adapter with what this holds."""

        async def hold(asked: HoldDefinition) -> DefinitionHeld:
            await self.hold(asked.definition)
            return DefinitionHeld(version=self.held.get(asked.definition.campaign_id, 0))

        async def reserve(asked: ReserveSteps) -> StepsReserved:
            if asked.release:
                await self.release(asked.campaign_id, asked.step_ids, by=asked.reservation)
                return StepsReserved(completed=(), anything_recorded=False)
            return await self.reserve(asked.campaign_id, asked.step_ids, by=asked.reservation)

        async def preview(asked: PreviewEdit) -> EditPreviewed:
            effects, completed = await self.preview(asked.campaign_id, asked.old_plan, asked.new_plan)
            begin = int(asked.after or 0)
            last = str(begin + 2) if begin + 2 < len(effects) else None
            return EditPreviewed(
                advisors=tuple(effects[begin : begin + 2]), completed=() if asked.after else tuple(completed), last=last
            )

        async def progress(asked: TargetingProgress) -> TargetingCount:
            count = await self.progress(asked.campaign_id, asked.job_id)
            if count is None:
                raise Refused("job_unknown")
            return count

        async def decided(asked: JobDecisions) -> JobDecided:
            found = await self.decided(asked.campaign_id, asked.job_id, after=asked.after, limit=asked.limit)
            if found is None:
                raise Refused("job_unknown")
            return found

        await bus.answer(JobDecisions, decided)
        await bus.answer(HoldDefinition, hold)
        await bus.answer(ReserveSteps, reserve)
        await bus.answer(PreviewEdit, preview)
        await bus.answer(TargetingProgress, progress)


@dataclass(frozen=True)
class FakePeople:
    """Everybody's rights, by name in the tests and by id for the service; `away` while they cannot be known."""

    people: Mapping[str, Principal]
    away: bool = False

    async def principal(self, user_id: str) -> Principal | None:
        """The rights of a user."""
        return self.present(user_id)

    def known(self) -> bool:
        """Unless they are away."""
        return not self.away

    def present(self, user_id: str) -> Principal | None:
        """The rights of a user."""
        return next((one for one in self.people.values() if one.user_id == user_id), None)


@dataclass(frozen=True)
class TokensAreNames:
    """Stands in for `Security`: the token `crm` is the CRM's, any other the name of one of `people`."""

    people: Mapping[str, Principal]

    async def principal(self, token: str) -> Principal:
        """The caller."""
        if token == "crm":
            return crm_principal()
        if token not in self.people:
            raise HTTPProblem(401, "unauthenticated")
        return self.people[token]


def a_person(
    name: str, level: AccessLevel = AccessLevel.NONE, *, path: Sequence[str] = ("network",), manages: bool = False
) -> Principal:
    """A user by external id; `path` holds external ids of units, the root first."""
    unit_path = tuple(map(unit_id, path))
    return Principal(
        user_id=user_id(name),
        unit_id=unit_path[-1],
        unit_path=unit_path,
        access_level=level,
        manage_campaigns=manages,
    )
