"""What closes may open again: by an update-with-start from the last recorded state, numbers going on."""

from decimal import Decimal
from uuid import uuid4

from shared.rulebook.commands import AmendConclusion, CompleteStep, Conclude, WithdrawClient, WithdrawConclusion
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.ids import follow_up_id
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World, a_definition


async def test_a_withdrawn_client_who_is_targeted_again_reopens_the_same_follow_up(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    follow_up = follow_up_id(campaign, client)
    await world.target(campaign, client)
    await world.do(follow_up, CompleteStep("first-call"))
    await world.do(follow_up, WithdrawClient())
    await world.execution(follow_up).result()

    withdrawn = await world.target(campaign, client)
    verdict = await world.do(follow_up, CompleteStep("meeting"))

    assert [one.client_id for one in withdrawn] == [client]
    assert (verdict.kind, verdict.number) == ("applied", 5)
    assert await world.kinds(follow_up) == [
        "ClientTargeted",
        "StepCompleted",
        "ClientWithdrawn",
        "TargetedAgain",
        "StepCompleted",
    ]


async def test_a_client_targeted_twice_is_in_the_campaign_once(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    await world.target(campaign, client)

    withdrawn = await world.target(campaign, client)

    assert withdrawn == []
    assert await world.kinds(follow_up_id(campaign, client)) == ["ClientTargeted"]


async def test_a_conclusion_is_amended_and_withdrawn_after_the_execution_ended(world: World) -> None:
    follow_up, today = await world.a_follow_up(), world.clock.today()
    await world.do(follow_up, Conclude(ConclusionKind.SALE, today, Decimal("12.50")))
    await world.execution(follow_up).result()

    amended = await world.do(follow_up, AmendConclusion(ConclusionKind.SALE, today, Decimal("13.50")))
    await world.execution(follow_up).result()
    withdrawn = await world.do(follow_up, WithdrawConclusion())
    after = await world.do(follow_up, CompleteStep("first-call"))

    assert [verdict.number for verdict in (amended, withdrawn, after)] == [3, 4, 5]
    state = (await world.facts(follow_up))[-1].after
    assert (state.closing, state.conclusion) == (None, None)


async def test_a_conclusion_withdrawn_while_the_execution_still_ends_keeps_it_open(world: World) -> None:
    follow_up, today = await world.a_follow_up(), world.clock.today()
    batch = [Conclude(ConclusionKind.REFUSAL, today), WithdrawConclusion(), CompleteStep("first-call")]

    verdicts = await world.desk.submit_many([world.wish(follow_up, command) for command in batch])

    assert [verdict.number for verdict in verdicts] == [2, 3, 4]


async def test_archiving_closes_what_is_open_and_unarchiving_reopens_just_that(world: World) -> None:
    campaign = await world.a_campaign()
    begun, concluded = await world.a_follow_up(campaign), await world.a_follow_up(campaign)
    await world.do(begun, CompleteStep("first-call"))
    await world.do(concluded, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    await world.definitions.hold(a_definition(campaign, 2, archived=True))
    await until(lambda: _settled(world))
    while_archived = await world.do(begun, CompleteStep("meeting"))
    await world.definitions.hold(a_definition(campaign, 3))
    await until(lambda: _settled(world))
    after = await world.do(begun, CompleteStep("meeting"))

    assert (while_archived.kind, while_archived.code) == ("refused", "archived")
    assert (after.kind, after.number) == ("applied", 5)
    assert await world.kinds(begun) == [
        "ClientTargeted",
        "StepCompleted",
        "ClosedArchived",
        "ReopenedUnarchived",
        "StepCompleted",
    ]
    assert await world.kinds(concluded) == ["ClientTargeted", "Concluded"]


async def _settled(world: World) -> bool:
    await world.archiving.ask()
    await world.archiving.start_executions()
    async with world.database.reading() as conn:
        settled = await conn.exec_driver_sql("select bool_and(settled_version = version) from campaigns")
        return bool(settled.scalar_one())


async def test_a_success_is_linked_to_a_transaction_long_after_its_execution_ended(world: World) -> None:
    follow_up = await world.a_follow_up()
    today = world.clock.today()
    await world.do(follow_up, Conclude(ConclusionKind.SALE, today, Decimal(500)))
    await world.execution(follow_up).result()

    linked = await world.do(follow_up, LinkHoldings(transactions=("t1",)))
    same = await world.do(follow_up, LinkHoldings(transactions=("t1",)))

    assert (linked.kind, same.kind, same.code) == ("applied", "refused", "unchanged")
    assert (await world.facts(follow_up))[-1].after.conclusion.linked.transactions == ("t1",)
