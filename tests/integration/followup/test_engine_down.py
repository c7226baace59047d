"""An engine that is down: what people do is taken as pending, they are told where to ask, and it is applied later."""

from datetime import timedelta

from temporalio.client import Client

from services.followup.engine import TemporalEngine
from services.followup.ports import Engine
from shared.rulebook.commands import CompleteStep
from shared.runtime import temporal
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.door import a_door
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World
from workflows.settings import Settings


def down(_: Engine) -> Engine:
    async def nowhere() -> Client:
        return await temporal.connect(Settings(temporal_address="127.0.0.1:9"), role="followup")

    return TemporalEngine(nowhere)


async def test_a_step_completed_while_the_engine_is_down_is_pending_and_applied_when_it_is_back(
    world: World, another: AnotherWorld
) -> None:
    follow_up = await world.a_follow_up()
    cut_off = await another(
        around=down, answer_within=timedelta(seconds=0.2), deadline=timedelta(seconds=0.5), lease=timedelta(seconds=20)
    )
    async with a_door(cut_off) as door:
        answer = await door.command(follow_up, "CompleteStep", step_id="first-call", note="Reached", key="k-1")
        again = await door.command(follow_up, "CompleteStep", step_id="first-call", note="Reached", key="k-1")
        waiting = (await door.get(f"{follow_up}/timeline"))["items"]
        ask = answer.json()["ask"]

        back = await another(ahead=LATER)
        assert await back.upkeep.send_again() == 1

        async def applied() -> bool:
            return bool((await door.http.get(ask)).json()["verdict"] == "applied")

        await until(applied)
        found = await door.interactions(follow_up)

    assert (answer.status_code, answer.json()["verdict"]) == (202, "pending")
    assert (again.status_code, again.json()["ask"]) == (202, ask)
    assert (waiting[-1]["kind"], waiting[-1]["verdict"]) == (CompleteStep.__name__, "pending")
    assert (found["first-call"]["status"], found["first-call"]["note"]) == ("COMPLETED", "Reached")
    assert await world.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]
