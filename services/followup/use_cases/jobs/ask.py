"""Asking for a job over many follow-ups: what it would do, starting it, stopping it, undoing it (spec 5.10, 5.11)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from services.followup.ports import HOUSE_KINDS, Item, Job, JobEngine, JobKind, JobOrder, Jobs, JobState, Rights
from services.followup.use_cases.jobs.judging import ACTIONS, Judge
from services.followup.use_cases.jobs.listing import given, pieces
from shared.rulebook import ids
from shared.rulebook.access import Principal, Target, in_reach, may
from shared.rulebook.errors import Invalid, NotVisible, Refused
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.sharing import check_amounts, deal_out, settle_total
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

MOST = 100_000
"""Follow-ups in one job."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a job would do now: how many, how many not and why by code, and the euros recorded and not."""

    would_do: int
    refused: Mapping[str, int]
    recorded: Decimal
    not_recorded: Decimal


class AskJobs:
    """The door of people; `written` is called after a job was kept or changed, so that it begins at once."""

    def __init__(
        self, jobs: Jobs, rights: Rights, engine: JobEngine, clock: Clock, *, written: Callable[[], None]
    ) -> None:
        self._jobs = jobs
        self._rights = rights
        self._engine = engine
        self._clock = clock
        self._written = written

    async def start(self, asker: Principal, order: JobOrder, *, key: str | None, content: str) -> Job:
        """The job, or the one that the same call (`key`, `content`) started before.

        Forbidden for who may not do such a thing at all, Refused `key_taken`; Invalid `advisor_unknown`,
        `back_dated`, `too_many_items`, `amount_*`. What each follow-up says is in the receipt.
        """
        job_id = ids.job_id(f"bulk/{asker.user_id}/{key or uuid7()}")
        held = await self._jobs.find(job_id)
        if held is None:
            checked = await self._checked(asker, order)
            held = await self._jobs.add(
                Job(
                    job_id=job_id,
                    order=checked,
                    asker_id=asker.user_id,
                    content=content,
                    asked_at=self._clock.now(),
                    state=JobState.PREPARING if checked.begin_on is None else JobState.SCHEDULED,
                )
            )
            self._written()
        if held.content != content:
            raise Refused("key_taken", {"key": key})
        return held

    async def dry_run(self, asker: Principal, order: JobOrder) -> DryRun:
        """What the job would do if it were started now, with the errors of `start`."""
        checked = await self._checked(asker, order)
        advisors = {one: await self._advisor(asker, one) for one in checked.terms.advisors}
        judge = Judge(asker.user_id, asker, self._clock.today(), advisors)
        items: list[Item] = []
        async for piece in pieces(self._jobs, judge, checked):
            items += piece.items
        return _told(checked, items)

    async def cancel(self, asker: Principal, job_id: str) -> Job:
        """Stop the job: what is done stays. Refused `job_over`, or `job_of_archiving` for one of the house."""
        await self._own(asker, job_id)
        await self._stop(job_id)
        return await self._seen(asker, job_id)

    async def stop(self, job_id: str) -> None:
        """The same for an operator, whoever asked for the job. NotVisible `job_unknown` too."""
        job = await self._jobs.find(job_id)
        if job is None:
            raise NotVisible("job_unknown")
        if job.order.kind in HOUSE_KINDS:
            raise Refused("job_of_archiving")
        await self._stop(job_id)

    async def undo(self, asker: Principal, job_id: str, reason: str) -> Job:
        """Undo what nobody touched since. Refused `job_not_over`, `job_undone` for the second time."""
        job = await self._own(asker, job_id)
        if not await self._jobs.undo(job_id, asker.user_id, reason):
            raise Refused("job_not_over" if job.undo_by is None and not job.over else "job_undone")
        self._written()
        return await self._seen(asker, job_id)

    async def _stop(self, job_id: str) -> None:
        if not await self._jobs.cancel(job_id):
            raise Refused("job_over")
        await self._engine.wake_job(job_id)

    async def _own(self, asker: Principal, job_id: str) -> Job:
        job = await self._seen(asker, job_id)
        if job.order.kind in HOUSE_KINDS:
            raise Refused("job_of_archiving")
        return job

    async def _seen(self, asker: Principal, job_id: str) -> Job:
        job = await self._jobs.seen(asker, job_id)
        if job is None:
            raise NotVisible("job_unknown")
        return job

    async def _checked(self, asker: Principal, order: JobOrder) -> JobOrder:
        """The order with its dates filled in, asked for by somebody who may do such a thing to some client."""
        today = self._clock.today()
        may(asker, ACTIONS[order.kind], Target(advisor_id=asker.user_id, advisor_unit_path=asker.unit_path))
        terms = order.terms
        if order.kind is JobKind.CONCLUDE:
            check_amounts(terms.conclusion or ConclusionKind.NO_DECISION, terms.each, terms.total)
            terms = replace(terms, on=terms.on or today)
        if order.kind is JobKind.REASSIGN:
            deal_out((), terms.advisors)
            for advisor in terms.advisors:
                await self._advisor(asker, advisor)
        if order.begin_on is not None and order.begin_on < today:
            raise Invalid("back_dated", {"on": order.begin_on.isoformat(), "from": today.isoformat()})
        if order.choice.ids is None:
            found = await self._jobs.count_chosen(asker, order.choice, today)
            if found > MOST:
                raise Invalid("too_many_items", {"limit": MOST, "found": found})
        begin_on = None if order.begin_on == today else order.begin_on
        return replace(order, terms=terms, begin_on=begin_on)

    async def _advisor(self, asker: Principal, advisor_id: str) -> Principal:
        advisor = await self._rights.principal(advisor_id)
        if advisor is None or not in_reach(asker, advisor.user_id, advisor.unit_path):
            raise Invalid("advisor_unknown", {"advisor": advisor_id})
        return advisor


def _told(order: JobOrder, items: list[Item]) -> DryRun:
    to_do = [item for item in items if item.outcome is None]
    fixed = given(order, to_do) or to_do
    done = [item for item in fixed if item.outcome is None]
    codes = Counter(item.code or "" for item in [*items, *fixed] if item.outcome is not None)
    amounts = [item.amount for item in done if item.amount is not None]
    total = order.terms.total if order.terms.total is not None else sum(amounts, Decimal(0))
    shared = settle_total(total, amounts)
    return DryRun(len(done), dict(codes), shared.recorded, shared.not_recorded)
