"""Conclude many, from the order to the receipt, on real servers (spec 5.10)."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from services.followup.ports import Choice, ItemOutcome, JobState
from shared.rulebook.commands import ChangePotential, CompleteStep, Conclude
from shared.rulebook.errors import Forbidden, Invalid, Refused
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.many import (
    ANNE,
    FAR,
    MANAGER,
    conclude,
    follow_ups,
    let_in,
    lived,
    outcomes,
    over,
    receipt,
    started,
    withdraw,
)
from tests.integration.followup.world import World

DONE, REFUSED = ItemOutcome.DONE, ItemOutcome.REFUSED


async def test_a_total_is_shared_by_current_potential_to_the_cent(world: World) -> None:
    await let_in(world)
    a, b, c = await follow_ups(world, await world.a_campaign(), [100, 100, 100])
    await world.do(c, ChangePotential(Decimal("400.00")))

    job = await lived(world, MANAGER, conclude([a, b, c], total=Decimal("100.01")))

    assert (job.state, job.chosen, job.done, job.recorded) == (JobState.FINISHED, 3, 3, Decimal("100.01"))
    assert [(await world.facts(one))[-1].after.conclusion.collected for one in (a, b, c)] == [
        Decimal("16.67"),
        Decimal("16.67"),
        Decimal("66.67"),
    ]
    assert {(await world.facts(one))[-1].actor for one in (a, b, c)} == {MANAGER.user_id}
    assert {(await world.facts(one))[-1].door for one in (a, b, c)} == {"job"}


async def test_one_cent_among_three_goes_to_the_first_client_and_the_others_get_nothing(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [0, 0, 0])

    job = await lived(world, MANAGER, conclude(ids, total=Decimal("0.01")))

    shown = await receipt(world, job)
    assert [shown[one].item.amount for one in ids] == [Decimal("0.01"), Decimal("0.00"), Decimal("0.00")]


async def test_what_may_not_be_concluded_at_the_start_takes_no_share_and_is_listed_with_its_reason(
    world: World,
) -> None:
    await let_in(world)
    campaign = await world.a_campaign()
    a, concluded = await follow_ups(world, campaign, [100, 100])
    (waiting,) = await follow_ups(world, campaign, [100], entry=world.clock.today() + timedelta(days=3))
    (far,) = await follow_ups(world, campaign, [100], advisor=FAR)
    unknown = str(uuid4())
    await world.do(concluded, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    job = await lived(world, MANAGER, conclude([a, concluded, waiting, far, unknown], total=Decimal(60)))

    assert await outcomes(world, job) == {
        a: (DONE, None),
        concluded: (REFUSED, "closed"),
        waiting: (REFUSED, "waiting"),
        far: (REFUSED, "follow_up_unknown"),
        unknown: (REFUSED, "follow_up_unknown"),
    }
    assert (job.done, job.refused, job.recorded) == (1, 4, Decimal(60))
    assert (await receipt(world, job))[far].client_name is None
    assert await world.kinds(far) == ["ClientTargeted"]


async def test_a_share_refused_later_is_not_recorded_and_never_shared_again(world: World) -> None:
    await let_in(world)
    a, b = await follow_ups(world, await world.a_campaign(), [100, 300])
    job = await world.ask_jobs.start(MANAGER, conclude([a, b], total=Decimal(40)), key=None, content="")
    while (await world.jobs.find(job.job_id)).state is JobState.PREPARING:
        await world.run_jobs.page(job.job_id, undo=False)
    await world.do(b, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    await world.archiving.start_executions()
    job = await over(world, job)

    shown = await receipt(world, job)
    assert (shown[a].item.outcome, shown[a].item.amount) == (DONE, Decimal("10.00"))
    assert (shown[b].item.code, shown[b].item.amount) == ("closed", Decimal("30.00"))
    assert job.recorded == Decimal("10.00")


async def test_a_date_before_the_entry_or_to_come_is_refused_item_by_item(world: World) -> None:
    await let_in(world)
    campaign, today = await world.a_campaign(), world.clock.today()
    (early,) = await follow_ups(world, campaign, [1], entry=today - timedelta(days=5))
    (late,) = await follow_ups(world, campaign, [1], entry=today - timedelta(days=1))

    before = await lived(world, MANAGER, conclude([early, late], on=today - timedelta(days=3)))
    ahead = await lived(world, MANAGER, conclude([late], on=today + timedelta(days=1)))

    assert await outcomes(world, before) == {early: (DONE, None), late: (REFUSED, "conclusion_date_out_of_range")}
    assert await outcomes(world, ahead) == {late: (REFUSED, "conclusion_date_out_of_range")}


async def test_a_filter_chooses_by_campaign_state_advisor_unit_position_and_entry_date(world: World) -> None:
    await let_in(world)
    campaign, today = await world.a_campaign(), world.clock.today()
    first, begun = await follow_ups(world, campaign, [1, 1])
    (old,) = await follow_ups(world, campaign, [1], entry=today - timedelta(days=9))
    (waiting,) = await follow_ups(world, campaign, [1], entry=today + timedelta(days=9))
    (far,) = await follow_ups(world, campaign, [1], advisor=FAR)
    await follow_ups(world, await world.a_campaign(), [1])
    await world.do(begun, CompleteStep("first-call"))

    async def found(**filters: object) -> set[str]:
        choice = Choice(campaign_id=campaign, **filters)
        job = await lived(world, MANAGER, withdraw_none(choice))
        return set(await receipt(world, job))

    def withdraw_none(choice: Choice):
        return conclude(choice, on=today - timedelta(days=100))  # nobody had entered by then

    assert await found() == {first, begun, old, waiting}
    assert await found(state="WAITING") == {waiting}
    assert await found(state="OPEN", entry_from=today - timedelta(days=1)) == {first, begun}
    assert await found(entry_to=today - timedelta(days=2)) == {old}
    assert await found(position="second-call") == {begun}
    assert await found(advisor_id=FAR.user_id) == set()
    assert await found(unit_id=ANNE.unit_id) == {first, begun, old, waiting}
    assert far not in await found(unit_id=FAR.unit_id)


async def test_a_dry_run_says_what_would_happen_and_does_nothing(world: World) -> None:
    await let_in(world)
    a, b, c = await follow_ups(world, await world.a_campaign(), [100, 100, 100])
    await world.do(c, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    tried = await world.ask_jobs.dry_run(MANAGER, conclude([a, b, c, str(uuid4())], each=Decimal("12.50")))

    assert (tried.would_do, tried.refused) == (2, {"closed": 1, "follow_up_unknown": 1})
    assert (tried.recorded, tried.not_recorded) == (Decimal("25.00"), Decimal(0))
    assert await world.kinds(a) == ["ClientTargeted"]
    assert await world.jobs.page(MANAGER, after=None, limit=10) == []


async def test_the_same_key_is_the_same_job_and_another_content_is_refused(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])

    first = await started(world, MANAGER, conclude(ids), key="once")
    again = await started(world, MANAGER, conclude(ids), key="once")
    with pytest.raises(Refused, match="key_taken"):
        await world.ask_jobs.start(MANAGER, withdraw(ids), key="once", content="other")

    assert first.job_id == again.job_id
    await over(world, first)
    assert await world.kinds(ids[0]) == ["ClientTargeted", "Concluded"]


async def test_what_nobody_may_ask_for_is_refused_before_a_job_is_kept(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])

    with pytest.raises(Invalid, match="amount_without_success"):
        await world.ask_jobs.start(
            MANAGER, conclude(ids, conclusion=ConclusionKind.REFUSAL, each=Decimal(1)), key=None, content=""
        )
    with pytest.raises(Invalid, match="amount_unclear"):
        await world.ask_jobs.start(MANAGER, conclude(ids, each=Decimal(1), total=Decimal(1)), key=None, content="")
    with pytest.raises(Forbidden, match="right_missing"):
        await world.ask_jobs.start(ANNE, withdraw(ids), key=None, content="")

    assert await world.jobs.page(MANAGER, after=None, limit=10) == []
