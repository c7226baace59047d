"""What the campaign service's jobs ask of follow-ups: each wish once, in order, and what became of it can be asked."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from shared.contracts.campaign import (
    ClientChange,
    ClientsChanged,
    ClientsTargeted,
    ClientsWithdrawn,
    TargetedClient,
)
from shared.contracts.followup import JobDecided, JobDecisions
from shared.rulebook.commands import Conclude, WithdrawClient
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import follow_up_id
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

DAYS = timedelta(days=10)


def a_withdrawal(world: World, campaign: str, *clients: str) -> ClientsWithdrawn:
    """A batch of a job that withdraws."""
    return ClientsWithdrawn(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=1,
        client_ids=clients,
        withdrawn_by="boris",
        withdrawn_at=world.clock.now(),
    )


def a_change(world: World, campaign: str, client: str, **change: object) -> ClientsChanged:
    """A batch of a job that changes one client."""
    return ClientsChanged(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=1,
        clients=(ClientChange(client_id=client, **change),),
        changed_by="boris",
        changed_at=world.clock.now(),
    )


def targeted_again(world: World, campaign: str, client: str) -> ClientsTargeted:
    """A batch of a job that targets a client whom the campaign knows as withdrawn."""
    one = TargetedClient(
        client_id=client,
        advisor_id=str(uuid4()),
        potential=Decimal("50.00"),
        entry_date=world.clock.today(),
        again=True,
    )
    return ClientsTargeted(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=1,
        clients=(one,),
        targeted_by="boris",
        targeted_at=world.clock.now(),
    )


async def a_client(world: World, *, entry: date | None = None) -> tuple[str, str, str]:
    """A campaign, a client of it, and the follow-up."""
    campaign, client = await world.a_campaign(), str(uuid4())
    await world.target(campaign, client, entry=entry)
    return campaign, client, follow_up_id(campaign, client)


async def decided(world: World, batch: ClientsWithdrawn | ClientsChanged) -> JobDecided:
    """What became of the job."""
    return await world.targeting.decisions(JobDecisions(campaign_id=batch.campaign_id, job_id=batch.job_id))


async def test_a_withdrawal_takes_effect_once_however_often_it_is_told(world: World) -> None:
    campaign, client, follow_up = await a_client(world)
    batch = a_withdrawal(world, campaign, client)

    await world.house.withdraw(batch)
    await world.house.withdraw(batch)

    facts = await world.facts(follow_up)
    assert [fact.fact.kind for fact in facts] == ["ClientTargeted", "ClientWithdrawn"]
    assert (facts[1].door, facts[1].actor) == ("job", "boris")
    assert await decided(world, batch) == JobDecided(decided=1, refused=0, by_code={}, refusals=())


async def test_a_waiting_client_is_withdrawn_too(world: World) -> None:
    campaign, client, follow_up = await a_client(world, entry=world.clock.today() + DAYS)

    await world.house.withdraw(a_withdrawal(world, campaign, client))

    assert await world.kinds(follow_up) == ["ClientTargeted", "ClientWithdrawn"]


async def test_who_is_targeted_again_while_the_withdrawal_is_under_way_is_back_after_it(world: World) -> None:
    campaign, client, follow_up = await a_client(world)
    leaving = a_withdrawal(world, campaign, client)
    back = targeted_again(world, campaign, client)

    await world.desk.leave([world.house._of_job(leaving.job_id, follow_up, WithdrawClient(), actor="boris")])
    await world.house.target_again(back, await world.targeting.enrol(back))

    facts = await world.facts(follow_up)
    assert [fact.fact.kind for fact in facts] == ["ClientTargeted", "ClientWithdrawn", "TargetedAgain"]
    assert (facts[2].after.potential, facts[2].after.initial_potential) == (Decimal("50.00"), Decimal("1000.00"))
    assert (await world.targeting.progress(campaign, back.job_id)).reopened == 1


async def test_a_concluded_client_stays_and_the_job_says_why(world: World) -> None:
    campaign, client, follow_up = await a_client(world)
    await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    batch = a_withdrawal(world, campaign, client)

    await world.house.withdraw(batch)

    became = await decided(world, batch)
    assert (became.decided, became.refused, became.by_code) == (1, 1, {"closed": 1})
    assert [(one.client_id, one.code) for one in became.refusals] == [(client, "closed")]
    assert await world.kinds(follow_up) == ["ClientTargeted", "Concluded"]


async def test_potential_and_entry_date_change_together_and_the_initial_potential_stays(world: World) -> None:
    campaign, client, follow_up = await a_client(world, entry=world.clock.today() + DAYS)
    today = world.clock.today()
    batch = a_change(world, campaign, client, potential=Decimal("12.50"), entry_date=today)

    await world.house.change(batch)

    facts = await world.facts(follow_up)
    assert [fact.fact.kind for fact in facts] == ["ClientTargeted", "PotentialChanged", "EntryDateMoved"]
    after = facts[2].after
    assert (after.potential, after.initial_potential, after.entry_date) == (Decimal("12.50"), Decimal("1000.00"), today)
    assert (await decided(world, batch)).decided == 1


async def test_a_change_that_changes_nothing_counts_as_done_and_one_refused_counts_once(world: World) -> None:
    campaign, client, _ = await a_client(world)
    same = a_change(world, campaign, client, potential=Decimal("1000.00"))
    late = a_change(world, campaign, client, potential=Decimal("2.00"), entry_date=world.clock.today() + DAYS)

    await world.house.change(same)
    await world.house.change(late)

    assert (await decided(world, same)).refused == 0
    became = await decided(world, late)
    assert (became.decided, became.by_code) == (1, {"not_waiting": 1})


async def test_a_withdrawal_that_overtakes_the_targeting_waits_for_it(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    batch = a_withdrawal(world, campaign, client)
    await world.house.withdraw(batch)
    early = await decided(world, batch)

    await world.target(campaign, client)
    await until(lambda: _withdrawn(world, follow_up_id(campaign, client)))

    assert early.decided == 0
    assert (await decided(world, batch)).decided == 1


async def _withdrawn(world: World, follow_up: str) -> bool:
    await world.upkeep.send_again()
    return await world.kinds(follow_up) == ["ClientTargeted", "ClientWithdrawn"]
