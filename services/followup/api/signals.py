"""The CRM's signals by HTTP: a batch is grouped by follow-up, and each signal has a verdict of its own."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ValidationError

from services.followup.api.commands import verdict_fields
from services.followup.ports import CommandLog, Verdict
from services.followup.schemas import SignalIn, SignalsIn, VerdictOut, VerdictsOut, missing_fields, plain, problems_of
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import CRM, Signal, command_of
from shared.rulebook.access import Action, may
from shared.rulebook.errors import RuleBroken
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal


def signal_routes(desk: CommandDesk, log: CommandLog, clock: Clock, *, park_for: timedelta) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups", tags=["signals"])

    @router.post("/signals")
    async def signals(body: SignalsIn, principal: CurrentPrincipal) -> VerdictsOut:
        """Take up to 1,000 signals; one that cannot be read is refused for itself, the others go on."""
        may(principal, Action.SEND_SIGNALS)
        read = [_read(raw) for raw in body.signals]
        commands = [
            command_of(signal, clock, door="crm", park_for=park_for) for signal in read if isinstance(signal, Signal)
        ]
        verdicts = iter(await desk.submit_many(commands))
        return VerdictsOut(
            verdicts=[_out(signal.id, next(verdicts)) if isinstance(signal, Signal) else signal for signal in read]
        )

    @router.get("/signals")
    async def verdicts(principal: CurrentPrincipal, ids: Annotated[list[str], Query(max_length=1000)]) -> VerdictsOut:
        """The verdicts of signals sent before, in the order asked."""
        may(principal, Action.SEND_SIGNALS)
        found = {verdict.source_id: verdict for verdict in await log.verdicts(CRM, ids)}
        return VerdictsOut(
            verdicts=[_out(one, found[one]) if one in found else VerdictOut(id=one, verdict="unknown") for one in ids]
        )

    return router


def _read(raw: dict[str, Any]) -> Signal | VerdictOut:
    try:
        signal = SignalIn.model_validate(raw)
    except ValidationError as error:
        return _refused(raw, "invalid_signal", {"errors": problems_of(error)})
    if missing := missing_fields(signal):
        return _refused(raw, "invalid_signal", {"errors": [{"field": name, "message": "required"} for name in missing]})
    return Signal(**{name: getattr(signal, name) for name in SignalIn.model_fields})


def _refused(raw: dict[str, Any], code: str, data: dict[str, Any]) -> VerdictOut:
    return VerdictOut(id=plain(raw.get("id", "")), verdict="refused", code=code, data=data)


def _out(signal_id: str, verdict: Verdict | Exception) -> VerdictOut:
    if isinstance(verdict, RuleBroken):
        return VerdictOut(id=signal_id, verdict="refused", code=verdict.code, data=verdict.data)
    if isinstance(verdict, Exception):
        raise verdict
    return VerdictOut(**verdict_fields(verdict))
