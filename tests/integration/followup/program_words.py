"""How a move is said: by a person, by the CRM, and to the plain model."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shared.contracts.crm import SignalSent
from shared.rulebook.steps import StepKind
from tests.integration.followup.door import EVERYBODY, PARK_FOR
from tests.integration.followup.plain_rules import Wanted
from tests.integration.followup.program_moves import Act
from tests.integration.followup.world import World

KINDS = {"call": StepKind.TASK, "remind": StepKind.REMINDER, "meeting": StepKind.APPOINTMENT, "papers": StepKind.TASK}
ITEMS = {"call": {"ask": True, "leaflet": False}, "papers": {"sign": True}}
TYPES = {"complete": "step_completed", "interact": "interaction_recorded", "conclude": "concluded"}
SCREEN = {
    "begin": "BeginStep",
    "complete": "CompleteStep",
    "undo": "UndoCompletion",
    "cancel": "CancelEntry",
    "interact": "RecordInteraction",
    "conclude": "Conclude",
    "amend": "AmendConclusion",
    "withdraw_conclusion": "WithdrawConclusion",
    "potential": "ChangePotential",
    "move_entry": "MoveEntryDate",
    "leave": "WithdrawClient",
}
ADVISORS = [str(uuid4()) for _ in range(3)]


@dataclass(slots=True)
class Words:
    """Says moves in the terms of a running service."""

    world: World
    campaign: str = ""
    ids: list[str] = field(default_factory=lambda: list(KINDS))
    """The steps that there ever were."""

    @property
    def today(self) -> date:
        """The service's day."""
        return self.world.clock.today()

    def step(self, act: Act) -> str:
        """The step that is meant."""
        return self.ids[act.step % len(self.ids)]

    def moment(self, act: Act) -> datetime:
        """The day of the act at noon; the present for today, so that nothing lies ahead but what is meant to."""
        if act.ago == 0:
            return self.world.clock.now()
        return self.world.clock.instant(self.today - timedelta(days=act.ago), time(12))

    def said(self, act: Act) -> dict[str, Any]:  # noqa: PLR0911  one case per command
        """The fields of a person's command."""
        on = (self.today - timedelta(days=act.ago)).isoformat()
        match act.what:
            case "begin":
                return {"step_id": self.step(act), "occurred_at": self.moment(act).isoformat()}
            case "complete":
                said = {"step_id": self.step(act), "occurred_at": self.moment(act).isoformat()}
                return said | {"ticked": list(act.ticked)}
            case "undo":
                return {"step_id": self.step(act), "note": "a reason"}
            case "cancel":
                return {"step_id": self.step(act)}
            case "interact":
                return {"interaction": "REMINDER", "occurred_at": self.moment(act).isoformat()}
            case "conclude" | "amend":
                said = {"conclusion": act.kind, "on": on, "collected": f"{act.amount}.00"}
                return said | ({"note": "a reason"} if act.what == "amend" else {})
            case "withdraw_conclusion":
                return {"note": "a reason"}
            case "potential":
                return {"potential": f"{act.amount}.00"}
            case "move_entry":
                return {"entry_date": (self.today + timedelta(days=abs(act.ago))).isoformat()}
            case _:
                return {}

    def wanted(self, id_: str, act: Act, *, screen: bool = False) -> Wanted:
        """The command for the model."""
        # The house reassigns as of now; whoever signals says when it happened.
        dated = act.what != "reassign" and (act.what in {"begin", "complete", "interact"} or not screen)
        day, on = self.today - timedelta(days=act.ago if dated else 0), self.today - timedelta(days=act.ago)
        return Wanted(
            id=id_,
            what=act.what,
            day=day,
            actor=EVERYBODY.user_id if screen else "crm",
            step=self.step(act),
            ticked=act.ticked,
            kind=ADVISORS[act.step % 3] if act.what == "reassign" else act.kind,
            amount=Decimal(act.amount),
            on=self.today + timedelta(days=abs(act.ago)) if act.what == "move_entry" else on,
            park_until=None if screen or act.what == "reassign" else self.world.clock.now() + PARK_FOR,
        )


def bare(said: dict[str, Any]) -> dict[str, Any]:
    """A signal as it goes straight to a workflow, whose name says its type."""
    return {name: value for name, value in said.items() if name != "type"}


def envelope(said: dict[str, Any]) -> bytes:
    """A signal as it is published."""
    envelope = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "crm",
        "type": SignalSent.type,
        "subject": said["client"],
        "time": said["occurred_at"],
        "data": {"signal": said},
    }
    return json.dumps(envelope).encode()
