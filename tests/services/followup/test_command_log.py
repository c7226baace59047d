"""The command log, real and fake: the same tests hold for both."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from services.followup.ports import CommandLog, Known, Leased, NewCommand, Outcome, Verdict
from services.followup.store.campaigns import PostgresDefinitions
from services.followup.store.command_log import PostgresCommandLog
from services.followup.store.targeting import PostgresTargeting
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.contracts.workflow import NumberedFact
from shared.rulebook.commands import Command, CompleteStep, RecordInteraction
from shared.rulebook.decisions import decide
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.history import targeted
from shared.rulebook.ids import follow_up_id
from shared.rulebook.steps import StepKind
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from shared.runtime.identifiers import uuid7
from tests.integration.followup.world import a_definition
from tests.services.followup.conftest import PARIS, STRANGER
from tests.support.fakes_followup import FakeCommandLog

NOW = datetime.now(UTC)
LEASE = timedelta(seconds=20)
HOUR = timedelta(hours=1)
CALL = RecordInteraction(StepKind.REMINDER)


@dataclass(slots=True)
class Desk:
    """One log with one follow-up, whose clock stands still."""

    log: CommandLog
    clock: FixedClock
    follow_up: str

    def wish(
        self, command: Command = CALL, *, key: str | None = None, content: str = "c", **more: object
    ) -> NewCommand:
        given = {
            "command_id": uuid7(),
            "source": "tests",
            "source_id": key or str(uuid4()),
            "content": content,
            "follow_up_id": self.follow_up,
            "command": command,
            "door": "crm",
            "actor": "crm",
            "occurred_at": self.clock.now(),
            "received_at": self.clock.now(),
        }
        return NewCommand(**{**given, **more})

    async def leased(self, command: Command = CALL, **more: object) -> Leased:
        (leased,) = await self.log.admit([self.wish(command, **more)])
        assert isinstance(leased, Leased)
        return leased


@pytest.fixture(params=["real", "fake"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    clock = FixedClock(PARIS, NOW)
    if request.param == "fake":
        yield _fake(clock)
        return
    database = Database(request.getfixturevalue("fresh_database"), service="followup", pool_size=2)
    yield await _real(database, clock)
    await database.close()


async def test_a_first_command_is_leased_and_the_next_waits(desk: Desk) -> None:
    first, second = await desk.log.admit([desk.wish(), desk.wish()])

    assert isinstance(first, Leased)
    assert (first.attempt, first.leased_until) == (1, NOW + LEASE)
    assert isinstance(second, Verdict)
    assert (second.kind, second.repeated) == ("pending", False)


async def test_recording_hands_on_to_the_next(desk: Desk) -> None:
    first = await desk.leased()
    second = desk.wish()
    await desk.log.admit([second])

    (recorded,) = await desk.log.record([_applied(first)])

    assert [(one.kind, one.number) for one in recorded.verdicts] == [("applied", 2)]
    assert recorded.following is not None
    assert recorded.following.command_id == second.command_id
    assert recorded.following.follow_up.state.number == 2


async def test_an_id_again_gets_the_earlier_verdict_and_other_content_is_refused(desk: Desk) -> None:
    await desk.log.record([_applied(await desk.leased(key="k-1"))])

    again, other = await desk.log.admit([desk.wish(key="k-1"), desk.wish(key="k-1", content="other")])

    assert isinstance(again, Verdict)
    assert (again.kind, again.number, again.repeated) == ("applied", 2, True)
    assert isinstance(other, Refused)
    assert other.code == "id_reused"


async def test_a_lease_is_for_one_and_ends(desk: Desk) -> None:
    first = await desk.leased()
    desk.clock.advance(LEASE - timedelta(seconds=1))
    before = await desk.log.claim_due(10)

    desk.clock.advance(timedelta(seconds=1))
    (after,) = await desk.log.claim_due(10)

    assert list(before) == []
    assert (after.command_id, after.attempt) == (first.command_id, 2)
    assert not await desk.log.claim_due(10)


async def test_an_early_refusal_is_parked_until_a_fact_comes(desk: Desk) -> None:
    early = await desk.leased(CompleteStep("meeting"), park_until=NOW + HOUR, key="k-2")
    (parked,) = await desk.log.record([Outcome(early, refused="mandatory_step_missing", data={"step": "meeting"})])

    (recorded,) = await desk.log.record([_applied(await desk.leased())])

    assert [(one.kind, one.code) for one in parked.verdicts] == [("parked", "mandatory_step_missing")]
    assert recorded.following is not None
    assert (recorded.following.command_id, recorded.following.attempt) == (early.command_id, 2)


async def test_what_is_parked_is_refused_when_its_time_is_over(desk: Desk) -> None:
    early = await desk.leased(CompleteStep("meeting"), park_until=NOW + HOUR)
    await desk.log.record([Outcome(early, refused="mandatory_step_missing", data={"step": "meeting"})])
    before = await desk.log.expire_parked()

    desk.clock.advance(HOUR)
    (expired,) = await desk.log.expire_parked()

    assert list(before) == []
    assert (expired.kind, expired.code, expired.data) == ("refused", "mandatory_step_missing", {"step": "meeting"})


async def test_a_refusal_that_is_not_early_is_final(desk: Desk) -> None:
    leased = await desk.leased(park_until=NOW + HOUR)

    await desk.log.record([Outcome(leased, refused="closed", data={"closing": "WITHDRAWN"})])

    told = await desk.log.verdict(leased.command_id)
    assert told is not None
    assert (told.kind, told.code) == ("refused", "closed")


async def test_what_is_unknown_is_parked_or_hidden(desk: Desk) -> None:
    nobody = str(uuid4())

    parked, hidden = await desk.log.admit(
        [desk.wish(follow_up_id=nobody, park_until=NOW + HOUR), desk.wish(follow_up_id=nobody)]
    )

    assert isinstance(parked, Verdict)
    assert (parked.kind, parked.code) == ("parked", "follow_up_unknown")
    assert isinstance(hidden, NotVisible)


async def test_what_is_out_of_reach_is_not_even_written_down(desk: Desk) -> None:
    (hidden,) = await desk.log.admit([desk.wish(principal=STRANGER, key="k-3")])

    assert isinstance(hidden, NotVisible)
    assert not await desk.log.verdicts("tests", ["k-3"])


def _applied(leased: Leased) -> Outcome:
    fact = decide(leased.follow_up.state, leased.command, leased.follow_up.plan, leased.circumstances)
    number = leased.follow_up.state.number + 1
    return Outcome(leased, facts=(NumberedFact(number=number, command_id=leased.command_id, fact=fact),))


def _fake(clock: FixedClock) -> Desk:
    campaign, client = str(uuid4()), str(uuid4())
    plan = a_definition(campaign).plan()
    entry = clock.today() - timedelta(days=1)
    _, state = targeted(entry_date=entry, potential=Decimal(1), advisor_id="a", plan=plan, today=entry)
    follow_up = follow_up_id(campaign, client)
    log = FakeCommandLog(clock)
    log.known[follow_up] = Known(follow_up, campaign, client, state, 1, True, plan)
    return Desk(log, clock, follow_up)


async def _real(database: Database, clock: FixedClock) -> Desk:
    campaign, client = str(uuid4()), str(uuid4())
    await PostgresDefinitions(database).hold(a_definition(campaign))
    one = TargetedClient(
        client_id=client,
        advisor_id=str(uuid4()),
        potential=Decimal(1),
        entry_date=clock.today() - timedelta(days=1),
    )
    batch = ClientsTargeted(
        campaign_id=campaign, job_id=str(uuid4()), batch=0, clients=(one,), targeted_by="tests", targeted_at=NOW
    )
    await PostgresTargeting(database, clock).enrol(batch)
    return Desk(PostgresCommandLog(database, clock, lease=LEASE), clock, follow_up_id(campaign, client))
