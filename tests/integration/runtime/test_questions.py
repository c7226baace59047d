import asyncio

import pytest

from shared.rulebook.errors import Refused
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused
from tests.integration.runtime.noted import Double, Doubled


async def double(question):
    if question.number == 13:
        raise Refused("unlucky", {"number": 13})
    if question.number == 0:
        raise ZeroDivisionError("a name")
    if question.number > 100:
        await asyncio.sleep(0.2)
    return Doubled(number=question.number * 2)


async def test_a_question_is_answered(bus):
    await bus.answer(Double, double)

    assert (await bus.ask(Double(number=21), Doubled)).number == 42


async def test_a_refusal_travels_back_with_its_code_and_data(bus):
    await bus.answer(Double, double)

    with pytest.raises(QuestionRefused) as refused:
        await bus.ask(Double(number=13), Doubled)

    assert (refused.value.code, refused.value.problem.status, refused.value.data) == ("unlucky", 409, {"number": 13})


async def test_an_unforeseen_failure_tells_nothing_of_itself(bus):
    await bus.answer(Double, double)

    with pytest.raises(QuestionRefused) as refused:
        await bus.ask(Double(number=0), Doubled)

    assert (refused.value.code, refused.value.problem.status) == ("unexpected", 500)
    assert "name" not in refused.value.problem.detail


async def test_nobody_there_is_known_at_once(bus):
    async with asyncio.timeout(0.5):
        with pytest.raises(NobodyAnswers):
            await bus.ask(Double(number=1), Doubled, timeout=5)


async def test_an_answer_that_takes_too_long_is_none(bus):
    await bus.answer(Double, double)

    with pytest.raises(NobodyAnswers):
        await bus.ask(Double(number=101), Doubled, timeout=0.05)


async def test_a_disconnected_asker_learns_it_at_once(stoppable_nats, until):
    bus = await Bus.connect(stoppable_nats.url, name="campaign")
    stoppable_nats.kill()
    await until(lambda: not bus.connected)

    async with asyncio.timeout(0.5):
        with pytest.raises(NobodyAnswers):
            await bus.ask(Double(number=1), Doubled, timeout=5)
    await bus.close()


async def test_replicas_share_the_questions_and_slow_ones_do_not_hold_up_the_rest(bus, nats_url):
    other = await Bus.connect(nats_url, name="campaign")
    await bus.answer(Double, double)
    await other.answer(Double, double)
    async with asyncio.timeout(1):
        answers = await asyncio.gather(*(bus.ask(Double(number=101), Doubled) for _ in range(20)))

    assert [answer.number for answer in answers] == [202] * 20
    await other.close()


async def test_a_question_under_way_is_answered_before_the_bus_closes(bus, nats_url):
    begun = asyncio.Event()

    async def slowly(question):
        begun.set()
        await asyncio.sleep(0.2)
        return Doubled(number=question.number * 2)

    answering = await Bus.connect(nats_url, name="answering")
    await answering.answer(Double, slowly)
    asked = asyncio.create_task(bus.ask(Double(number=21), Doubled))
    await asyncio.wait_for(begun.wait(), 10)

    await answering.close()

    assert (await asked).number == 42
