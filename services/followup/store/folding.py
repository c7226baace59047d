"""Folding what the engine answered onto what the database knows: what one transaction is about to write, no SQL."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from services.followup.ports import Known, Leased, Outcome
from services.followup.use_cases.fold_interactions import Touch, touch_of
from shared.contracts.followup import FactRecorded
from shared.contracts.workflow import NumberedFact
from shared.rulebook.decisions import early
from shared.rulebook.facts import Fact
from shared.rulebook.history import apply
from shared.runtime import metrics
from shared.runtime.logging import logger

_log = logger(__name__)
Held = dict[tuple[str, int], tuple[str | None, Fact]]
"""(follow-up, number) → the command and the fact that are recorded under it."""


@dataclass(slots=True)
class Decision:
    """What a command's row is to say."""

    command_id: str
    verdict: str | None
    code: str | None = None
    data: dict[str, Any] | None = None
    number: int | None = None
    parked: bool = False


@dataclass(slots=True)
class Batch:
    """What one transaction is about to write."""

    known: dict[str, Known]
    origins: dict[str, Any]
    events: list[FactRecorded] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    touches: dict[tuple[str, str], Touch] = field(default_factory=dict)
    """(follow-up, key) → what the facts make of that interaction."""
    incidents: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


def fold(batch: Batch, outcome: Outcome, held: Held, now: datetime) -> None:
    """Add one outcome to the batch: new facts, repetitions, contradictions, a refusal."""
    leased = outcome.leased
    follow_up_id = leased.follow_up.follow_up_id
    for numbered in outcome.facts:
        known = batch.known[follow_up_id]
        if numbered.number <= known.state.number:
            _compare(batch, follow_up_id, numbered, held.get((follow_up_id, numbered.number)))
        elif numbered.number == known.state.number + 1:
            _add(batch, known, numbered, now, version=leased.follow_up.plan.version)
        else:
            _incident(batch, follow_up_id, "gap", {"held": known.state.number, "received": numbered.number})
            return
    if outcome.refused is not None and leased.command_id not in batch.decisions:
        batch.decisions[leased.command_id] = _refusal(outcome, now)


def judge_again(batch: Batch, outcome: Outcome) -> None:
    """After all was folded: what is early by a state or a definition of before is not parked but sent once more.

    The fact that it waited for may be recorded already, and nothing else would bring it back.
    """
    then = outcome.leased.follow_up
    now, decision = batch.known[then.follow_up_id], batch.decisions.get(outcome.leased.command_id)
    has_moved = (now.state.number, now.plan.version) != (then.state.number, then.plan.version)
    if decision is not None and decision.parked and has_moved:
        batch.decisions[decision.command_id] = Decision(decision.command_id, None)


def _add(batch: Batch, known: Known, numbered: NumberedFact, now: datetime, *, version: int) -> None:
    origin = batch.origins.get(numbered.command_id)
    if origin is None:
        # The log was restored to a moment before this command, the engine was not: the fact stands all the same.
        _incident(batch, known.follow_up_id, "unknown_command", {"number": numbered.number})
        origin = _origin_unknown(numbered.fact, now)
    after = apply(known.state, numbered.fact)
    batch.known[known.follow_up_id] = replace(known, state=after, known_version=version, started=True)
    batch.changed.add(known.follow_up_id)
    batch.decisions[numbered.command_id] = Decision(numbered.command_id, "applied", number=numbered.number)
    event = FactRecorded(
        follow_up_id=known.follow_up_id,
        campaign_id=known.campaign_id,
        client_id=known.client_id,
        number=numbered.number,
        fact=numbered.fact,
        after=after,
        occurred_at=origin["occurred_at"],
        received_at=origin["received_at"],
        recorded_at=now,
        door=origin["door"],
        actor=origin["actor"],
        command_id=numbered.command_id,
    )
    batch.events.append(event)
    _touch(batch, touch_of(event, origin["details"], origin["note"]))


def _touch(batch: Batch, touch: Touch | None) -> None:
    if touch is not None:
        at = (touch.follow_up_id, touch.key)
        before = batch.touches.get(at)
        batch.touches[at] = touch if before is None else before.then(touch)


def _compare(batch: Batch, follow_up_id: str, numbered: NumberedFact, held: tuple[str | None, Fact] | None) -> None:
    """A number that is held already: the same fact is a repetition, another one is an incident."""
    if held == (numbered.command_id, numbered.fact):
        batch.decisions[numbered.command_id] = Decision(numbered.command_id, "applied", number=numbered.number)
    elif (follow_up_id, numbered.number) not in {(event.follow_up_id, event.number) for event in batch.events}:
        _incident(batch, follow_up_id, "other_content", {"number": numbered.number, "command": numbered.command_id})


def _refusal(outcome: Outcome, now: datetime) -> Decision:
    leased = outcome.leased
    parks = early(outcome.refused or "") and leased.park_until is not None and leased.park_until > now
    verdict = None if parks else "refused"
    return Decision(leased.command_id, verdict, code=outcome.refused, data=outcome.data, parked=parks)


def _incident(batch: Batch, follow_up_id: str, kind: str, data: dict[str, Any]) -> None:
    metrics.INCIDENTS.labels(kind).inc()
    _log.error("incident", kind=kind, follow_up_id=follow_up_id, **data)
    batch.incidents.append((follow_up_id, kind, data))


def origin_of(leased: Leased) -> dict[str, Any]:
    """Where a leased command came from."""
    return {
        "occurred_at": leased.occurred_at,
        "received_at": leased.received_at,
        "door": leased.door,
        "actor": leased.circumstances.actor,
        "note": leased.note,
        "details": leased.details,
    }


def _origin_unknown(fact: Fact, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": datetime.combine(fact.on, time(), UTC),
        "received_at": now,
        "door": "system",
        "actor": "unknown",
        "note": None,
        "details": None,
    }
