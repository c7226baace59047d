"""The verdicts of the CRM's signals as events, written in the transaction that reaches them (spec 6.1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.followup.ports import Admission, NewCommand, Verdict
from services.followup.use_cases.take_signals import CRM
from shared.contracts.followup import SignalDecided
from shared.rulebook.errors import Refused


def decided(rows: Iterable[Any], at: datetime) -> list[SignalDecided]:
    """What rows of the log say of signals that were decided or parked just now."""
    return [
        SignalDecided(
            signal_id=row["source_id"],
            verdict=row["verdict"] or "parked",
            command_id=row["command_id"],
            follow_up_id=row["follow_up_id"],
            number=row["number"],
            code=row["code"],
            data=row["data"],
            at=at,
        )
        for row in rows
        if row["source"] == CRM and (row["verdict"] or row["parked"])
    ]


def received(answers: Iterable[tuple[NewCommand, Admission]], at: datetime) -> Iterator[SignalDecided]:
    """What is known of signals as they are written down: parked, here before, or an id reused."""
    for command, answer in answers:
        if command.source != CRM:
            continue
        if isinstance(answer, Verdict) and (answer.repeated or answer.kind == "parked"):
            yield _event(command, at, "duplicate" if answer.repeated else "parked", answer)
        elif isinstance(answer, Refused):
            yield _event(command, at, "refused", answer)


def _event(command: NewCommand, at: datetime, verdict: Any, answer: Verdict | Refused) -> SignalDecided:
    return SignalDecided(
        signal_id=command.source_id,
        verdict=verdict,
        command_id=command.command_id if isinstance(answer, Refused) else answer.command_id,
        follow_up_id=command.follow_up_id,
        number=answer.number if isinstance(answer, Verdict) else None,
        code=answer.code,
        data=answer.data,
        at=at,
    )
