"""Running a job, one page at a time: whoever dies in between leaves rows from which the next page goes on.

Each item is one command under the ids (job, follow-up), so that a page that is run again finds its own verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.followup.ports import (
    HOUSE_KINDS,
    Candidate,
    Choice,
    CommandLog,
    Item,
    ItemOutcome,
    Job,
    JobKind,
    Jobs,
    JobState,
    NewCommand,
    Rights,
    Settled,
    UndoOutcome,
    Verdict,
)
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.jobs.judging import UNKNOWN, Judge, undo_of, wish_of
from services.followup.use_cases.jobs.listing import PIECE, given, piece_of_filter, piece_of_ids
from services.followup.use_cases.take_signals import fingerprint
from shared.rulebook.access import Principal
from shared.rulebook.commands import Command, Reassign
from shared.rulebook.errors import NotVisible, RuleBroken
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

PAGE = 100
"""Commands on their way at once for one job: two transactions write them all down and record most of them."""
_TRANSIENT = frozenset({"step_being_removed"})
"""Whether the campaign stays is being decided: the item is tried again."""


@dataclass(frozen=True, slots=True)
class Page:
    """How far the job is after a page; `moved` is what the page did."""

    settled: int
    chosen: int
    moved: int
    finished: bool


class RunJobs:
    """Pages of every kind of job, and of their undo."""

    def __init__(self, jobs: Jobs, log: CommandLog, desk: CommandDesk, rights: Rights, clock: Clock) -> None:
        self._jobs = jobs
        self._log = log
        self._desk = desk
        self._rights = rights
        self._clock = clock

    async def page(self, job_id: str, *, undo: bool) -> Page:
        """Treat the next page."""
        job = await self._jobs.find(job_id)
        if job is None or job.over or undo is not (job.state is JobState.UNDOING):
            return Page(0, 0, 0, finished=True)
        moved = await self._move(job)
        after = await self._jobs.find(job_id) or job
        settled = after.undone + after.not_undone if undo else after.done + after.refused + after.cancelled
        return Page(settled, after.done if undo else after.chosen, moved, after.over)

    async def _move(self, job: Job) -> int:
        match job.state:
            case JobState.SCHEDULED:
                return await self._begin(job)
            case JobState.PREPARING:
                return await self._prepare(job)
            case JobState.CANCELLED:
                return await self._leave(job)
            case _:
                return await self._work(job, undo=job.state is JobState.UNDOING)

    async def _begin(self, job: Job) -> int:
        if job.order.begin_on is not None and job.order.begin_on > self._clock.today():
            return 0
        await self._jobs.begin(job.job_id)
        return 1

    async def _prepare(self, job: Job) -> int:
        """Fix one more piece of the list; once it is whole, what each is given."""
        judge = await self._judge(job, job.asker_id)
        if not job.listed:
            if job.by_ids:
                chosen = await self._jobs.chosen_ids(job.job_id, after=job.cursor, limit=PIECE)
                piece = await piece_of_ids(self._jobs, judge, job.order, chosen)
            else:
                piece = await piece_of_filter(self._jobs, judge, job.order, job.cursor)
            await self._jobs.list_more(job.job_id, job.cursor, piece.items, to=piece.to)
            return max(len(piece.items), 1)
        items = await self._jobs.unfixed(job.job_id)
        await self._jobs.fix(job.job_id, given(job.order, items))
        await self._jobs.run(job.job_id)
        return 1

    async def _leave(self, job: Job) -> int:
        """Nothing more is begun; what is on its way is waited for, since it may be applied."""
        items = await self._jobs.open_items(job.job_id, undo=False, limit=PIECE)
        if not items:
            await self._jobs.finish(job.job_id)
            return 1
        known = await self._verdicts(_source(job, undo=False), items)
        settled = [one for verdict in known.values() if (one := _settled(verdict, undo=False)) is not None]
        left = [item for item in items if item.follow_up_id not in known]
        settled += [Settled(item.follow_up_id, ItemOutcome.CANCELLED) for item in left]
        return await self._jobs.settle(job.job_id, settled, undo=False)

    async def _work(self, job: Job, *, undo: bool) -> int:
        items = await self._jobs.open_items(job.job_id, undo=undo, limit=PAGE)
        if not items:
            await self._jobs.finish(job.job_id)
            return 1
        known = await self._verdicts(_source(job, undo=undo), items)
        settled = [one for verdict in known.values() if (one := _settled(verdict, undo=undo)) is not None]
        settled += await self._do(job, [item for item in items if item.follow_up_id not in known], undo=undo)
        return await self._jobs.settle(job.job_id, settled, undo=undo)

    async def _do(self, job: Job, items: Sequence[Item], *, undo: bool) -> list[Settled]:
        """Ask for each item that was never asked for, by the rights and the state of this moment."""
        if not items:
            return []
        actor = job.undo_by or job.asker_id if undo else job.asker_id
        judge = await self._judge(job, actor, items, undo=undo)
        choice = Choice(ids=tuple(item.follow_up_id for item in items))
        found = await self._jobs.candidates(judge.principal, choice, judge.today, after=None, limit=len(items))
        by_id = {candidate.known.follow_up_id: candidate for candidate in found}
        settled: list[Settled] = []
        commands: list[NewCommand] = []
        for item in items:
            wish = self._wish(job, judge, by_id.get(item.follow_up_id), item, undo=undo)
            if isinstance(wish, RuleBroken):
                settled.append(_refused(item.follow_up_id, wish, undo=undo))
            else:
                commands.append(self._command(job, judge, item.follow_up_id, wish, undo=undo))
        return settled + await self._submit(commands, undo=undo)

    def _wish(
        self, job: Job, judge: Judge, candidate: Candidate | None, item: Item, *, undo: bool
    ) -> Command | RuleBroken:
        if candidate is None:
            return NotVisible(UNKNOWN)
        order = job.order
        wish = undo_of(order, candidate, item) if undo else wish_of(order, candidate, item, judge.today)
        return judge.objection(order, candidate, wish, undo=undo) or wish

    async def _submit(self, commands: Sequence[NewCommand], *, undo: bool) -> list[Settled]:
        moves = [(one.follow_up_id, one.command.advisor_id) for one in commands if isinstance(one.command, Reassign)]
        if moves:
            # Before they move, so that a word of the directory that changes nothing does not move them back.
            await self._jobs.stand_by(moves)
        answers = await self._desk.submit_many(commands) if commands else ()
        settled: list[Settled] = []
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, Verdict):
                one = _settled(answer, undo=undo)
                settled += [] if one is None else [one]
            elif isinstance(answer, RuleBroken) and answer.code not in _TRANSIENT:
                settled.append(_refused(command.follow_up_id, answer, undo=undo))
        return settled

    def _command(self, job: Job, judge: Judge, follow_up_id: str, wish: Command, *, undo: bool) -> NewCommand:
        now = self._clock.now()
        return NewCommand(
            command_id=uuid7(),
            source=_source(job, undo=undo),
            source_id=follow_up_id,
            content=fingerprint({"job": job.job_id, "follow_up": follow_up_id, "undo": undo}),
            follow_up_id=follow_up_id,
            command=wish,
            door="job",
            actor=judge.asker_id,
            occurred_at=now,
            received_at=now,
            note=job.undo_reason if undo else job.order.note,
            principal=judge.principal,
        )

    async def _verdicts(self, source: str, items: Sequence[Item]) -> dict[str, Verdict]:
        verdicts = await self._log.verdicts(source, [item.follow_up_id for item in items])
        return {verdict.source_id: verdict for verdict in verdicts}

    async def _judge(self, job: Job, actor: str, items: Sequence[Item] = (), *, undo: bool = False) -> Judge:
        """By the rights of this moment: somebody who has none any more gets nothing done."""
        today = self._clock.today()
        if job.order.kind in HOUSE_KINDS:
            return Judge(actor, None, today, {})
        principal = await self._rights.principal(actor) or Principal(actor, "", ())
        advisors = {}
        if job.order.kind is JobKind.REASSIGN:
            wanted = {(item.advisor_id if undo else item.to_advisor) for item in items} - {None}
            found = [(one, await self._rights.principal(one)) for one in wanted if one is not None]
            advisors = {one: advisor for one, advisor in found if advisor is not None}
        return Judge(actor, principal, today, advisors)


def _source(job: Job, *, undo: bool) -> str:
    return f"job:{job.job_id}/undo" if undo else f"job:{job.job_id}"


def _settled(verdict: Verdict, *, undo: bool) -> Settled | None:
    """What a verdict makes of its item; None while it is undecided."""
    follow_up_id = verdict.source_id
    if verdict.kind == "applied":
        return Settled(follow_up_id, UndoOutcome.UNDONE if undo else ItemOutcome.DONE, number=verdict.number)
    if verdict.kind == "refused":
        return _outcome(follow_up_id, verdict.code or "refused", verdict.data, undo=undo)
    return None


def _refused(follow_up_id: str, broken: RuleBroken, *, undo: bool) -> Settled:
    return _outcome(follow_up_id, broken.code, broken.data, undo=undo)


def _outcome(follow_up_id: str, code: str, data: dict[str, object] | None, *, undo: bool) -> Settled:
    if undo and code == "touched_since":
        return Settled(follow_up_id, UndoOutcome.TOUCHED, code, data)
    return Settled(follow_up_id, UndoOutcome.REFUSED if undo else ItemOutcome.REFUSED, code, data)
