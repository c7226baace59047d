"""Follow-ups and facts between the rulebook's values and the JSON that one statement takes for many rows."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row as Record

from services.reporting.ports.counting import Row
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.standing import is_overdue, position, position_index
from shared.rulebook.steps import Plan

_FACTS = TypeAdapter(list[FactRecorded])
_DEFINITIONS = TypeAdapter(list[CampaignDefined])
_STATE = TypeAdapter(FollowUp)


def facts_json(facts: Sequence[FactRecorded]) -> str:
    """The facts as one JSON array."""
    return _FACTS.dump_json(list(facts)).decode()


def definitions_json(definitions: Sequence[CampaignDefined]) -> str:
    """The definitions as one JSON array."""
    return _DEFINITIONS.dump_json(list(definitions)).decode()


def state_of(stored: object) -> FollowUp:
    """The rulebook's state from its column."""
    return _STATE.validate_python(stored)


def row_of(record: Record[Any]) -> Row:
    """The follow-up in a record of all its columns."""
    return Row(
        follow_up_id=str(record.follow_up_id),
        campaign_id=str(record.campaign_id),
        client_id=str(record.client_id),
        state=state_of(record.state),
        interactions=record.interactions,
        generation=record.generation,
        last_activity=record.last_activity,
    )


def rows_json(rows: Iterable[tuple[Row, Plan | None]]) -> str:
    """The follow-ups as one JSON array; the plan says where each one stands."""
    return json.dumps([_columns(row, plan) for row, plan in rows])


def _columns(row: Row, plan: Plan | None) -> dict[str, object]:
    state = row.state
    conclusion = state.conclusion
    return {
        "follow_up_id": row.follow_up_id,
        "campaign_id": row.campaign_id,
        "client_id": row.client_id,
        "number": state.number,
        "state": _STATE.dump_python(state, mode="json"),
        "interactions": row.interactions,
        "generation": row.generation,
        "advisor_id": state.advisor_id,
        "entry_date": state.entry_date.isoformat(),
        "closing": state.closing,
        "success": conclusion is not None and conclusion.kind.is_success,
        "initial_potential": str(state.initial_potential),
        "potential": str(state.potential),
        "collected": str(conclusion.collected) if conclusion is not None else "0",
        "position": None if plan is None else position(state, plan),
        "plan_version": 0 if plan is None else plan.version,
        "conclusion_kind": None if conclusion is None else conclusion.kind.value,
        "concluded_on": None if conclusion is None else conclusion.on.isoformat(),
        "step_number": None if plan is None else position_index(state, plan) + 1,
        "overdue": plan is not None and is_overdue(state, plan),
        "last_activity": None if row.last_activity is None else row.last_activity.isoformat(),
    }
