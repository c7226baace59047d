"""One follow-up in memory as its API shows it; the rulebook itself decides what is recorded."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError

from shared.rulebook import progression
from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    Circumstances,
    Command,
    CompleteStep,
    Conclude,
    RecordInteraction,
    UndoCompletion,
    WithdrawConclusion,
)
from shared.rulebook.decisions import decide
from shared.rulebook.errors import RuleBroken
from shared.rulebook.follow_up import FollowUp, FollowUpStatus
from shared.rulebook.history import apply
from shared.rulebook.standing import entry_states
from shared.rulebook.steps import ChecklistItem, Plan, Step, StepKind
from shared.runtime import messages

CAMPAIGN_ID = "22222222-2222-4222-8222-222222222222"
FOLLOW_UP_ID = "33333333-3333-4333-8333-333333333333"
CLIENT_ID = "44444444-4444-4444-8444-444444444444"
ADVISOR_ID = "55555555-5555-4555-8555-555555555555"
COMMAND_ID = "66666666-6666-4666-8666-666666666666"
HOSTILE = "<script>alert('Zoë & co')</script>"

_CHECKLIST = (ChecklistItem("said", mandatory=True), ChecklistItem("extra", mandatory=False))
PLAN = Plan(
    version=1,
    steps=(
        Step("call", StepKind.TASK, mandatory=True, offers_next=True, checklist=_CHECKLIST),
        Step("again", StepKind.REMINDER, mandatory=False, offers_next=True),
        Step("meeting", StepKind.APPOINTMENT, mandatory=True, offers_next=True),
        Step("paper", StepKind.FOLLOW_UP_SHEET, mandatory=False),
    ),
    sales_step="meeting",
)
TITLES = {"call": "Premier appel", "again": "Relance", "meeting": "Rendez-vous de présentation", "paper": "Dossier"}
_TEXTS = {"said": "Présenter l’offre", "extra": "Confirmer l’adresse"}
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        BeginStep,
        CancelEntry,
        CompleteStep,
        UndoCompletion,
        RecordInteraction,
        Conclude,
        AmendConclusion,
        WithdrawConclusion,
    )
}


@dataclass
class FakeFollowUp:
    """The follow-up; tests change it, and read in `recorded` what was asked of it."""

    today: date = date(2026, 11, 24)
    state: FollowUp = field(
        default_factory=lambda: FollowUp(
            number=1,
            entry_date=date(2026, 11, 10),
            potential=Decimal("12500.50"),
            initial_potential=Decimal(10000),
            advisor_id=ADVISOR_ID,
        )
    )
    client_name: str | None = HOSTILE
    pending: int = 0
    """So many further answers are *pending*."""
    recorded: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    """Transactions, each of 1,000 €."""
    has_accounts: bool = True
    """Whether the CRM has told an account of the client, and its movement."""

    def record(self, body: dict[str, Any], key: str) -> Any:
        """What the API answers to a command."""
        content = hashlib.sha256(repr(sorted(body.items())).encode()).hexdigest()
        if key in self.keys:
            same = self.keys[key] == content
            return _applied("duplicate") if same else problem(409, "id_reused")
        if self.pending:
            self.pending -= 1
            answer = {"verdict": "pending", "id": "1", "ask": f"/api/followups/commands/{COMMAND_ID}"}
            return JSONResponse(answer, status_code=202)
        try:
            self._decide(body)
        except RuleBroken as broken:
            self._tell(body["kind"], body, "refused", broken.code, dict(broken.data))
            return problem(409, broken.code, dict(broken.data))
        except ValidationError:
            return problem(422, "invalid_request")
        self.keys[key] = content
        self.recorded.append(body)
        return _applied("applied")

    def _decide(self, body: dict[str, Any]) -> None:
        fact = decide(self.state, _command(body), PLAN, Circumstances(self.today, self.today, ADVISOR_ID))
        self.state = apply(self.state, fact)
        self._tell(fact.kind.value, body, "applied", None)

    def _tell(
        self, kind: str, body: dict[str, Any], verdict: str, code: str | None, data: dict[str, Any] | None = None
    ) -> None:
        now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC).isoformat()
        self.timeline.append(
            {
                "follow_up_id": FOLLOW_UP_ID,
                "number": self.state.number,
                "kind": kind,
                "step_id": body.get("step_id"),
                "occurred_at": now,
                "received_at": now,
                "door": "screen",
                "actor": ADVISOR_ID,
                "actor_name": "Anne Martin",
                "verdict": verdict,
                "version": 1,
                "late": False,
                "code": code,
                "data": data,
                "note": body.get("note"),
                "collected": body.get("collected"),
            }
        )

    def status(self) -> str:
        """The status that people see."""
        return progression.status(self.state, self.today).value

    def shown(self) -> dict[str, Any]:
        """What the API answers for it."""
        is_open = self.status() == FollowUpStatus.OPEN
        proposed = progression.proposed_step(self.state, PLAN) if is_open else None
        return {
            "follow_up_id": FOLLOW_UP_ID,
            "campaign": {
                "id": CAMPAIGN_ID,
                "name": "Épargne d’hiver",
                "start_date": "2026-10-05",
                "end_date": "2026-12-04",
                "version": 1,
            },
            "client": {"id": CLIENT_ID, "name": self.client_name, "phone": "01 02 03 04 05"},
            "advisor": {"id": ADVISOR_ID, "name": "Anne Martin"},
            "status": self.status(),
            "entry_date": self.state.entry_date.isoformat(),
            "potential": f"{self.state.potential:.2f}",
            "initial_potential": f"{self.state.initial_potential:.2f}",
            "number": self.state.number,
            "position": progression.position(self.state, PLAN),
            "due_on": None,
            "proposed_step": proposed and proposed.step_id,
            "conclusion_offered": is_open and progression.conclusion_offered(self.state, PLAN),
            "conclusion": self.conclusion(),
            "steps": [self._step(step, is_open=is_open) for step in PLAN.steps],
        }

    def conclusion(self) -> dict[str, Any] | None:
        """The conclusion as the API shows it."""
        standing = self.state.conclusion
        if standing is None:
            return None
        return {
            "kind": standing.kind,
            "success": standing.kind.is_success,
            "on": standing.on.isoformat(),
            "collected": f"{standing.collected:.2f}",
            "missing": list(standing.missing),
            "recorded_by": ADVISOR_ID,
        }

    def links(self) -> dict[str, Any]:
        """What the conclusion is linked to, as the API shows it."""
        collected = Decimal(0) if self.state.conclusion is None else self.state.conclusion.collected
        about = {"account_id": CLIENT_ID, "label": "Versement", "booked_on": "2026-11-20", "amount": "1000.00"}
        total = Decimal(1000 * len(self.linked))
        return {
            "collected": f"{collected:.2f}",
            "accounts": [],
            "transactions": [{"transaction_id": one, "active": True, **about} for one in self.linked],
            "unknown": [],
            "total": f"{total:.2f}",
            "difference": f"{total - collected:.2f}" if self.linked else None,
        }

    def _step(self, step: Step, *, is_open: bool) -> dict[str, Any]:
        states = {"BEGUN": "open", "COMPLETED": "done", "IDLE": "idle"}
        state = entry_states(self.state).get(step.id)
        return {
            "id": step.id,
            "title": TITLES[step.id],
            "kind": step.kind,
            "mandatory": step.mandatory,
            "note": "",
            "sales": step.id == PLAN.sales_step,
            "state": states[state] if state else "not_begun",
            "group": progression.groups(self.state, PLAN, waiting=self.status() == FollowUpStatus.WAITING).get(step.id),
            "enterable": is_open and step.id in progression.enterable_steps(self.state, PLAN),
            "blocked_by": list(progression.blocking_steps(step.id, self.state, PLAN)),
            "checklist": [
                {"id": i.id, "text": _TEXTS[i.id], "mandatory": i.mandatory, "ticked": False} for i in step.checklist
            ],
            "documents": [],
        }


def _command(body: dict[str, Any]) -> Command:
    fields = {name: value for name, value in body.items() if name not in ("kind", "note", "occurred_at", "details")}
    for wire, name in (("interaction", "kind"), ("conclusion", "kind")):
        if wire in fields:
            fields[name] = fields.pop(wire)
    if body["kind"] in ("Conclude", "AmendConclusion"):
        fields = {"on": "2026-11-24", **fields}
    if body["kind"] == "WithdrawConclusion":
        fields["advisor_id"] = ADVISOR_ID
    command: Command = TypeAdapter(_KINDS[body["kind"]]).validate_python(fields)
    return command


def _applied(verdict: str) -> dict[str, Any]:
    return {"id": "1", "verdict": verdict, "number": 2, "next_step": None, "conclusion_offered": False}


def problem(status: int, code: str, data: dict[str, Any] | None = None) -> JSONResponse:
    detail = messages.say(code, "fr", data or {}, status=status)
    body = {"type": "about:blank", "title": "", "status": status, "code": code, "detail": detail, "data": data or {}}
    return JSONResponse(body, status_code=status)
