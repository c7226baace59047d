"""A campaign and its clients as sections 2.4, 3 and 6 of the spec tell them; commands are in `plain_rules`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tests.integration.followup.plain_rules import No, PlainFollowUp, PlainRules, PlainStep, Wanted


@dataclass(slots=True)
class PlainCampaign(PlainRules):
    """The campaign with its clients, and what became of each command by its id."""

    removed: set[str] = field(default_factory=set)
    clients: dict[str, PlainFollowUp] = field(default_factory=dict)
    parked: dict[str, list[Wanted]] = field(default_factory=dict)
    verdicts: dict[str, tuple[str, str | int | None]] = field(default_factory=dict)

    def target(self, client: str, entry: date, advisor: str, today: date) -> None:
        """A new client; who is withdrawn comes back, all others stay as they are."""
        found = self.clients.get(client)
        if self.archived:
            return
        if found is None:
            new = PlainFollowUp(client, entry, Decimal(1000), Decimal(1000), advisor)
            self.clients[client] = new
            self._fact(new, "ClientTargeted", today)
        elif found.closed == "WITHDRAWN":
            found.closed, found.entry_date, found.potential, found.advisor = None, entry, Decimal(1000), advisor
            self._fact(found, "TargetedAgain", today)
        self.try_parked(client, today)

    def take(self, client: str, wanted: Sequence[Wanted], today: date) -> None:
        """The commands in their order; after each fact those that were parked before come first."""
        found = self.clients.get(client)
        for one in wanted:
            if found is None:
                self._park(client, one, "follow_up_unknown")
            elif self._decide(found, one, today):
                self.try_parked(client, today)

    def try_parked(self, client: str, today: date) -> None:
        """Parked commands once more, in the order in which they came, as long as one of them is applied."""
        found, again = self.clients.get(client), True
        while found is not None and again:
            waiting, self.parked[client], again = self.parked.get(client, []), [], False
            for place, one in enumerate(waiting):
                if self._decide(found, one, today):
                    self.parked[client] += waiting[place + 1 :]
                    again = True
                    break

    def expire(self, now: datetime) -> None:
        """What was parked too long is refused for what it waited for."""
        for client, waiting in self.parked.items():
            for one in [one for one in waiting if one.park_until is not None and one.park_until <= now]:
                waiting.remove(one)
                self.verdicts[one.id] = ("refused", self.verdicts[one.id][1])
            self.parked[client] = waiting

    def edit(self, order: list[PlainStep], *, from_all: bool, today: date) -> None:
        """Another definition: raises `No`, or every open follow-up goes by it at once (spec 2.4)."""
        before = [step.id for step in self.steps]
        if self.archived:
            raise No("archived")
        gone = [step for step in before if step not in [new.id for new in order]]
        if self.sales in gone:
            raise No("sales_step_removed")
        ever = {fact[1] for one in self.clients.values() for fact in one.facts if fact[0] == "StepCompleted"}
        if ever.intersection(gone):
            raise No("step_completed_somewhere")
        was_mandatory = {step.id for step in self.steps if step.mandatory}
        for place, step in enumerate(order):
            after = [later.id for later in order[place + 1 :] if later.id in before]
            if step.id in was_mandatory:
                after = [later for later in after if before.index(later) < before.index(step.id)]
            if step.mandatory and after:
                behind = {later.id for later in order[place + 1 :]}
                past = {one.client for one in self.clients.values() if behind.intersection(one.states)}
                step.exempt = set() if from_all else step.exempt | past
        self.steps, self.version = order, self.version + 1
        self.removed |= set(gone)
        for client in list(self.parked):
            self.try_parked(client, today)

    def archive(self, today: date) -> None:
        """Open follow-ups close where they stand; archived ones are back when it is taken back."""
        self.archived, self.version = not self.archived, self.version + 1
        for one in self.clients.values():
            if self.archived and one.closed is None:
                at = self.position(one)
                one.closed, one.kept_at = "ARCHIVED", at
                self._fact(one, "ClosedArchived", today)
            elif not self.archived and one.closed == "ARCHIVED":
                one.closed = one.kept_at = None
                self._fact(one, "ReopenedUnarchived", today)
        for client in list(self.parked):
            self.try_parked(client, today)

    def _decide(self, one: PlainFollowUp, wanted: Wanted, today: date) -> bool:
        try:
            self._may_at_all(wanted, today)
            getattr(self, f"_{wanted.what}")(one, wanted, today)
        except No as no:
            if no.code == "mandatory_step_missing" and wanted.park_until is not None:
                self._park(one.client, wanted, no.code)
            else:
                self.verdicts[wanted.id] = ("refused", no.code)
            return False
        self.verdicts[wanted.id] = ("applied", len(one.facts))
        return True

    def _may_at_all(self, wanted: Wanted, today: date) -> None:
        if wanted.day > today:
            raise No("in_the_future")
        if self.archived:
            raise No("archived")

    def _park(self, client: str, wanted: Wanted, code: str) -> None:
        self.parked.setdefault(client, []).append(wanted)
        self.verdicts[wanted.id] = ("parked", code)
