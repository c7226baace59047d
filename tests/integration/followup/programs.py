"""Random programs are run here, each on a service of its own (issue 4)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from services.followup.consumers import hear_signals
from tests.integration.followup.door import CRM, PARK_FOR, a_door
from tests.integration.followup.program_compare import compare
from tests.integration.followup.program_moves import Move
from tests.integration.followup.program_run import Run
from tests.integration.followup.program_service import Process
from tests.integration.followup.world import a_worker, a_world
from tests.support.engine import EngineProcess


async def run(program: list[Move], database: str, nats: str, engine: EngineProcess) -> None:
    """Run the program, and compare after its last move."""
    queue = f"test-{uuid4().hex}"

    @asynccontextmanager
    async def build(ahead: timedelta) -> AsyncIterator[Process]:
        async with (
            a_world(database, nats, engine.address, queue, ahead=ahead) as world,
            a_worker(world),
            a_door(world) as people,
            a_door(world) as crm,
        ):
            crm.asker = CRM
            await hear_signals(world.bus, world.desk, world.log, world.clock, park_for=PARK_FOR)
            yield Process(world, people, crm)
            await world.desk.close()

    stack = AsyncExitStack()
    first = await stack.enter_async_context(build(timedelta(0)))
    going = Run(first.world, build=build, stack=stack, engine=engine, door=first.people, crm=first.crm)
    try:
        await going.begin()
        for move in program:
            await going.move(move)
        await compare(going)
    except Exception as error:
        error.add_note(f"in the program {program}")
        raise
    finally:
        await going.stack.aclose()
