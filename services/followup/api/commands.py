"""Commands of people: recorded, refused, or pending with where to ask."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.ports import CommandLog, Reading, Verdict
from services.followup.schemas import CommandIn, CommandOut, DescribedIn, UndoOut
from services.followup.use_cases.take_commands import TakeCommands, Wish
from shared.rulebook.access import Principal
from shared.rulebook.commands import CompleteStep, UndoCompletion
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.progression import conclusion_offered, next_offer, offers_conclusion
from shared.rulebook.undoing import undo_effect, with_completed
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


def command_routes(take: TakeCommands, log: CommandLog, reading: Reading, clock: Clock) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups", tags=["commands"], dependencies=WITH_ACCESS)
    say_what_follows = partial(_say_what_follows, reading)

    @router.post("/{follow_up_id}/commands")
    async def command(
        follow_up_id: UuidText,
        body: CommandIn,
        principal: CurrentPrincipal,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> CommandOut:
        """Record what was done. The same Idempotency-Key and content again answers what was answered then.

        200 applied or duplicate · 202 pending, see `ask` · 403, 404, 409, 422 a problem with its code.
        """
        wish = Wish(
            follow_up_id=follow_up_id,
            command=body.command(clock.today()),
            said=_said(body),
            key=idempotency_key,
            occurred_at=body.occurred_at,
            note=body.note,
            details=_details(body),
        )
        verdict = await take.take(principal, wish)
        if verdict.kind == "refused":
            raise Refused(verdict.code or "refused", verdict.data)
        answer = CommandOut(**verdict_fields(verdict))
        if verdict.kind == "pending":
            response.status_code = 202
            answer.ask = f"/api/followups/commands/{verdict.command_id}"
        elif isinstance(wish.command, CompleteStep | UndoCompletion):
            await say_what_follows(answer, wish.command, verdict, principal)
        return answer

    @router.get("/commands/{command_id}")
    async def verdict(command_id: UuidText, principal: CurrentPrincipal) -> CommandOut:
        """The verdict of a command on a follow-up within reach."""
        found = await log.verdict(command_id)
        if found is None or found.follow_up_id is None or await reading.one(principal, found.follow_up_id) is None:
            raise NotVisible("command_unknown")
        return CommandOut(**verdict_fields(found))

    return router


async def _say_what_follows(
    reading: Reading,
    answer: CommandOut,
    command: CompleteStep | UndoCompletion,
    verdict: Verdict,
    principal: Principal,
) -> None:
    """What comes next, or fell back; read again only for a repetition, whose verdict was reached before."""
    if verdict.after is not None:
        state, plan = verdict.after.state, verdict.after.plan
    elif (row := await reading.one(principal, verdict.follow_up_id or "")) is not None:
        state, plan = row.state, row.definition.plan()
    else:
        return
    if isinstance(command, CompleteStep):
        answer.next_step = next_offer(command.step_id, state, plan)
        answer.conclusion_offered = offers_conclusion(command.step_id, plan) and conclusion_offered(state, plan)
    elif verdict.after is not None:
        before = with_completed(state, command.step_id)
        answer.undone = UndoOut.of(undo_effect(before, state, command.step_id, plan))


def _said(body: CommandIn) -> dict[str, Any]:
    """What was sent. Without details it reads as before there were any, so that a repetition is known as one."""
    said = body.model_dump(mode="json", exclude={"details"})
    details = _details(body)
    return said if details is None else {**said, "details": details}


def _details(body: CommandIn) -> dict[str, Any] | None:
    return body.details.kept() if isinstance(body, DescribedIn) and body.details else None


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """A verdict as its answer: what was applied before is a duplicate now."""
    duplicate = verdict.repeated and verdict.kind == "applied"
    return {
        "id": verdict.source_id,
        "verdict": "duplicate" if duplicate else verdict.kind,
        "follow_up_id": verdict.follow_up_id,
        "number": verdict.number,
        "code": verdict.code,
        "data": verdict.data,
    }
