"""E-mails to clients: sent by a real mail server, and the step complete once they are, not before."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from services.followup.ports import LetterState, SentLetter
from services.followup.ports.letters import NotSent
from services.followup.schemas.letters import LettersNotSent
from services.followup.store.letters import PostgresLetters
from services.followup.store.people import PostgresPeople
from services.followup.use_cases.send_letter import LetterWish
from services.followup.use_cases.send_letter_again import SendLettersAgain
from shared.contracts.campaign import StepDefinition
from shared.contracts.directory import ClientChanged
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep, WithdrawClient
from shared.rulebook.errors import Invalid, NotVisible, Refused, RuleBroken
from shared.rulebook.ids import follow_up_id, letter_workflow_id
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.waiting import until
from tests.integration.followup.world import STEPS, World, a_definition
from tests.support.mail_server import MailServer, a_mail_server, a_mailer

MANAGER = Principal("5a0c7a0e-0000-4000-8000-00000000000b", "u", ("u",), access_level=AccessLevel.ALL)
OPERATOR = "5a0c7a0e-0000-4000-8000-00000000000f"
EMAIL = StepDefinition(id="letter", title="Letter", kind=StepKind.EMAIL, mandatory=True)


@pytest.fixture
async def server(world: World):
    async with a_mail_server() as server:
        world.carrier.by = a_mailer(server)
        yield server


async def a_follow_up(world: World, *, email: str | None = "claire@example.org") -> str:
    """Of a campaign that begins with an e-mail."""
    campaign, client = await world.a_campaign(steps=(EMAIL, *STEPS)), str(uuid4())
    await world.target(campaign, client)
    await told_of(world, client, email)
    return follow_up_id(campaign, client)


async def told_of(world: World, client: str, email: str | None, *, revision: int = 1) -> None:
    """What the directory says of the client."""
    told = ClientChanged(
        client_id=client,
        external_id=client,
        name="Claire Martin",
        email=email,
        advisor_id=str(uuid4()),
        changed_at=world.clock.now(),
        revision=revision,
    )
    await PostgresPeople(world.database).keep_clients([told])


def sending_again(world: World) -> SendLettersAgain:
    letters = PostgresLetters(world.database)
    return SendLettersAgain(letters, world.reading, world.rights, world.letters, world.clock)


def wish(follow_up: str, *, step: str | None = "letter", key: str | None = "k", subject: str = "Bonjour") -> LetterWish:
    return LetterWish(follow_up_id=follow_up, step_id=step, subject=subject, body="À bientôt.", key=key)


async def settled(world: World, letter: SentLetter) -> SentLetter:
    async def look() -> SentLetter | None:
        found = await PostgresLetters(world.database).one(letter.letter_id)
        return found if found is not None and found.state is not LetterState.WAITING else None

    return await until(look)


async def kinds(world: World, follow_up: str, number: int) -> list[str]:
    async def look() -> list[str] | None:
        found = await world.kinds(follow_up)
        return found if len(found) >= number else None

    return await until(look)


async def test_a_sent_letter_completes_its_step_and_texts_stay_out_of_the_history(
    world: World, server: MailServer
) -> None:
    follow_up = await a_follow_up(world)

    asked = await world.letters.ask(MANAGER, wish(follow_up))

    assert asked.state is LetterState.WAITING
    assert (await settled(world, asked)).state is LetterState.SENT
    assert await kinds(world, follow_up, 2) == ["ClientTargeted", "StepCompleted"]
    (taken,) = server.taken
    assert (taken["To"], taken["Subject"]) == ("claire@example.org", "Bonjour")
    history = await world.client.get_workflow_handle(letter_workflow_id(asked.letter_id)).fetch_history()
    assert "Bonjour" not in history.to_json()
    assert "claire" not in history.to_json()


async def test_the_same_wish_again_sends_nothing_and_another_under_its_key_is_refused(
    world: World, server: MailServer
) -> None:
    follow_up = await a_follow_up(world)
    first = await world.letters.ask(MANAGER, wish(follow_up))
    await kinds(world, follow_up, 2)

    again = await world.letters.ask(MANAGER, wish(follow_up))
    with pytest.raises(Refused, match="id_reused"):
        await world.letters.ask(MANAGER, wish(follow_up, step=None, subject="Other"))

    assert (again.letter_id, again.state) == (first.letter_id, LetterState.SENT)

    assert await world.letters.deliver(first.letter_id, last=False) is LetterState.SENT
    assert len(server.taken) == 1
    assert await world.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]


async def test_a_server_that_says_later_is_asked_later(world: World, server: MailServer) -> None:
    server.answers = ["451 try again later"]
    follow_up = await a_follow_up(world)

    asked = await world.letters.ask(MANAGER, wish(follow_up))
    sent = await settled(world, asked)

    assert (sent.state, sent.attempts, len(server.taken)) == (LetterState.SENT, 2, 1)


async def test_a_letter_refused_for_good_completes_nothing_and_says_why(world: World, server: MailServer) -> None:
    server.answers = ["554 no such mailbox"]
    follow_up = await a_follow_up(world)

    failed = await settled(world, await world.letters.ask(MANAGER, wish(follow_up)))

    assert (failed.state, failed.problem) == (LetterState.FAILED, "no such mailbox")
    assert await world.kinds(follow_up) == ["ClientTargeted"]


async def test_operators_see_what_is_on_its_way_or_failed_and_no_address(world: World, server: MailServer) -> None:
    store = PostgresLetters(world.database)
    follow_up, later = await a_follow_up(world), await a_follow_up(world)
    server.answers = ["554 <claire@example.org>: no such mailbox", *["451 try again"] * 100]
    failed = await settled(world, await world.letters.ask(MANAGER, wish(follow_up)))
    waiting = await world.letters.ask(MANAGER, wish(later, key="k2"))

    await until(lambda: tried(world, waiting))
    found = await store.not_sent(NotSent())
    counts = await store.counts()
    page = LettersNotSent.of(list(found), counts, 50)

    assert [(one.letter_id, one.state) for one in page.items if one.follow_up_id in {follow_up, later}] == [
        (waiting.letter_id, LetterState.WAITING),
        (failed.letter_id, LetterState.FAILED),
    ]
    assert "try again" in (page.items[0].problem or "")
    assert page.items[1].problem == "<…@…>: no such mailbox"
    assert (page.waiting, page.failed, page.next) == (counts[LetterState.WAITING], counts[LetterState.FAILED], None)
    assert "claire" not in page.model_dump_json()
    assert [one.letter_id for one in await store.not_sent(NotSent(state=LetterState.FAILED, limit=1))] == [
        failed.letter_id
    ]
    assert failed.letter_id in {one.letter_id for one in await store.not_sent(NotSent(after=waiting.letter_id))}
    server.answers = []


async def test_a_failed_letter_is_sent_again_to_the_present_address_once(world: World, server: MailServer) -> None:
    world.rights.people[MANAGER.user_id] = MANAGER
    again, follow_up = sending_again(world), await a_follow_up(world)
    server.answers = ["554 no such mailbox"]
    failed = await settled(world, await world.letters.ask(MANAGER, wish(follow_up)))
    client = (await world.facts(follow_up))[0].client_id
    await told_of(world, client, "claire.martin@example.org", revision=2)

    (one, other) = await asyncio.gather(*(again.retry(failed.letter_id, OPERATOR) for _ in range(2)))
    sent = await settled(world, failed)
    late = await world.letters.deliver(failed.letter_id, last=True)  # of the sending that failed
    with pytest.raises(Refused, match="letter_sent"):
        await again.retry(failed.letter_id, OPERATOR)

    assert {one.sending, other.sending} == {2}
    assert (sent.state, sent.sending, sent.again_by, late) == (LetterState.SENT, 2, OPERATOR, None)
    assert [(mail["To"], mail["Subject"]) for mail in server.taken] == [("claire.martin@example.org", "Bonjour")]
    assert await kinds(world, follow_up, 2) == ["ClientTargeted", "StepCompleted"]
    assert (await world.facts(follow_up))[1].actor == MANAGER.user_id


async def test_a_letter_whose_execution_the_engine_lost_goes_on_when_it_is_sent_again(
    world: World, server: MailServer
) -> None:
    again, follow_up = sending_again(world), await a_follow_up(world)
    server.answers = ["451 later"] * 100
    asked = await world.letters.ask(MANAGER, wish(follow_up))
    await until(lambda: tried(world, asked))
    await world.client.get_workflow_handle(letter_workflow_id(asked.letter_id)).terminate()
    server.answers = []

    waiting = await again.retry(asked.letter_id, OPERATOR)
    sent = await settled(world, asked)

    assert (waiting.state, waiting.sending) == (LetterState.WAITING, 1)
    assert (sent.state, sent.sending, len(server.taken)) == (LetterState.SENT, 1, 1)


async def tried(world: World, letter: SentLetter) -> bool:
    found = await PostgresLetters(world.database).one(letter.letter_id)
    return found is not None and found.attempts > 0


async def test_a_letter_that_may_no_longer_be_written_is_not_sent_again(world: World, server: MailServer) -> None:
    again, follow_up = sending_again(world), await a_follow_up(world)
    server.answers = ["554 no such mailbox"]
    failed = await settled(world, await world.letters.ask(MANAGER, wish(follow_up)))

    async def refusal(code: str) -> None:
        with pytest.raises(RuleBroken, match=code):
            await again.retry(failed.letter_id, OPERATOR)

    await refusal("letter_writer_out_of_reach")  # nobody by now
    world.rights.people[MANAGER.user_id] = replace(MANAGER, access_level=AccessLevel.OWN)
    await refusal("letter_writer_out_of_reach")
    world.rights.people[MANAGER.user_id] = MANAGER
    client = (await world.facts(follow_up))[0].client_id
    await told_of(world, client, None, revision=2)
    await refusal("client_without_email")
    await world.do(follow_up, CompleteStep("letter"))
    await refusal("already_completed")
    with pytest.raises(NotVisible, match="letter_unknown"):
        await again.retry(str(uuid4()), OPERATOR)

    found = await PostgresLetters(world.database).one(failed.letter_id)
    assert found is not None
    assert (found.state, found.sending, server.taken) == (LetterState.FAILED, 1, [])


async def test_the_last_delivery_settles_in_any_case(world: World, server: MailServer) -> None:
    follow_up = await a_follow_up(world)
    server.answers = ["451 later"] * 100
    asked = await world.letters.ask(MANAGER, wish(follow_up))

    assert await world.letters.deliver(asked.letter_id, last=True) is LetterState.FAILED
    assert "later" in ((await settled(world, asked)).problem or "")


async def test_whoever_dies_between_sending_and_recording_loses_nothing(
    world: World, another: AnotherWorld, server: MailServer
) -> None:
    follow_up = await a_follow_up(world)
    server.answers = ["451 later"]
    asked = await world.letters.ask(MANAGER, wish(follow_up))
    await PostgresLetters(world.database).settle(asked, LetterState.SENT, None, world.clock.now())

    second = await another()
    assert await second.letters.deliver(asked.letter_id, last=False) is LetterState.SENT

    assert await kinds(world, follow_up, 2) == ["ClientTargeted", "StepCompleted"]


async def test_a_step_that_was_removed_meanwhile_leaves_an_unplanned_email(world: World, server: MailServer) -> None:
    follow_up = await a_follow_up(world)
    server.answers = ["451 later"]
    asked = await world.letters.ask(MANAGER, wish(follow_up))
    campaign = (await world.facts(follow_up))[0].campaign_id
    await world.definitions.hold(a_definition(campaign, 2))
    await settled(world, asked)

    assert await kinds(world, follow_up, 2) == ["ClientTargeted", "InteractionRecorded"]


async def test_what_would_be_refused_later_is_refused_before_anything_is_sent(world: World, server: MailServer) -> None:
    follow_up, unreachable = await a_follow_up(world), await a_follow_up(world, email=None)
    with pytest.raises(Invalid, match="client_without_email"):
        await world.letters.ask(MANAGER, wish(unreachable))
    with pytest.raises(Refused, match="not_an_email"):
        await world.letters.ask(MANAGER, wish(follow_up, step="first-call"))
    with pytest.raises(Refused, match="step_unknown"):
        await world.letters.ask(MANAGER, wish(follow_up, step="nowhere"))
    with pytest.raises(NotVisible):
        await world.letters.ask(Principal(MANAGER.user_id, "u", ("u",), access_level=AccessLevel.OWN), wish(follow_up))
    await world.do(follow_up, CompleteStep("letter"))
    with pytest.raises(Refused, match="already_completed"):
        await world.letters.ask(MANAGER, wish(follow_up))
    await world.do(follow_up, WithdrawClient())
    with pytest.raises(Refused, match="closed"):
        await world.letters.ask(MANAGER, wish(follow_up, step=None))

    assert server.taken == []


async def test_without_a_mail_server_people_are_told_to_record_it_as_sent_elsewhere(world: World) -> None:
    with pytest.raises(Refused, match="mail_not_configured"):
        await world.letters.ask(MANAGER, wish(await a_follow_up(world)))
