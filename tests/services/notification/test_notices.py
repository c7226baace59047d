"""Who gets a notice, when, with which clients, and how it becomes unread (spec 7.1)."""

import random
from datetime import date
from decimal import Decimal

import pytest

from services.notification.ports import Pushed
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing
from shared.rulebook.ids import campaign_id, notice_id, user_id
from tests.support.stories_notification import a_client, a_definition, a_fact, a_reader, the_notice_date_of

C = campaign_id("retirement")
ANNE, BOB = a_reader("anne"), a_reader("bob")


async def test_nobody_gets_a_notice_before_the_notice_date(world):
    await world.hear(a_definition(C, sharers=["anne"]), a_fact(C, "client", "anne"))

    await world.announce()

    assert await world.notices_of(ANNE) == []


async def test_on_the_notice_date_whoever_has_a_share_or_a_client_gets_one_notice(world):
    await world.hear(a_definition(C, sharers=["anne"]), a_fact(C, "client", "bob"), the_notice_date_of(C))

    await world.announce()

    (annes,) = await world.notices_of(ANNE)
    (bobs,) = await world.notices_of(BOB)
    assert annes.notice_id == notice_id(C, user_id("anne"))
    assert (annes.campaign_name, annes.clients, annes.news, annes.unread) == ("Retraite", 0, 0, True)
    assert (bobs.clients, bobs.news, bobs.unread) == (1, 1, True)


async def test_the_list_is_sorted_by_potential_with_phone_and_entry_date(world):
    await world.hear(
        a_definition(C),
        the_notice_date_of(C),
        a_client("small", phone="01 02"),
        a_client("large"),
        a_fact(C, "small", "anne", potential=10),
        a_fact(C, "large", "anne", potential=5000, entry=date(2026, 11, 20)),
    )
    await world.announce()

    (notice,) = await world.notices_of(ANNE)
    first, second = await world.clients_of(ANNE, notice)

    assert (first.name, first.phone, first.potential, first.entry_date) == (
        "large",
        None,
        Decimal(5000),
        date(2026, 11, 20),
    )
    assert (second.name, second.phone, second.potential) == ("small", "01 02", Decimal(10))


async def test_a_client_who_enters_later_turns_the_same_notice_unread_on_that_day(world):
    await world.hear(
        a_definition(C),
        the_notice_date_of(C),
        a_fact(C, "early", "anne"),
        a_fact(C, "late", "anne", entry=date(2026, 11, 26)),
        a_fact(C, "late too", "anne", entry=date(2026, 11, 26)),
    )
    await world.announce()
    (notice,) = await world.notices_of(ANNE)
    await world.notices.mark_read(ANNE, notice.notice_id, notice.revision, notice.renewed_at)

    await world.announce(date(2026, 11, 25))
    (before,) = await world.notices_of(ANNE, date(2026, 11, 25))
    await world.announce(date(2026, 11, 26))
    (after,) = await world.notices_of(ANNE, date(2026, 11, 26))

    assert (before.clients, before.news, before.unread) == (1, 0, False)
    assert (after.notice_id, after.clients, after.news, after.unread) == (notice.notice_id, 3, 2, True)
    assert [event.kind for event in await world.pushed_to(ANNE)] == [Pushed.RENEWED, Pushed.READ, Pushed.RENEWED]


async def test_an_advisor_who_joins_later_gets_the_notice_on_joining(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"))
    await world.announce()

    await world.hear(a_definition(C, version=2, sharers=["bob"]))
    await world.announce()

    assert len(await world.notices_of(BOB)) == 1
    assert len(await world.notices_of(ANNE)) == 1


async def test_an_advisor_who_leaves_and_joins_again_keeps_the_one_notice_as_it_was_read(world):
    await world.hear(a_definition(C, sharers=["anne"]), the_notice_date_of(C))
    await world.announce()
    (notice,) = await world.notices_of(ANNE)
    await world.notices.mark_read(ANNE, notice.notice_id, notice.revision, notice.renewed_at)

    await world.hear(a_definition(C, version=2))
    await world.announce()
    await world.hear(a_definition(C, version=3, sharers=["anne"]))
    await world.announce()

    (again,) = await world.notices_of(ANNE)
    assert (again.notice_id, again.revision, again.unread) == (notice.notice_id, 1, False)
    assert [event.kind for event in await world.pushed_to(ANNE)] == [Pushed.RENEWED, Pushed.READ]


async def test_a_client_who_moves_leaves_one_list_and_is_new_in_the_other(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"))
    await world.announce()

    await world.hear(a_fact(C, "client", "bob", FactKind.REASSIGNED, number=2))
    await world.announce()

    (annes,) = await world.notices_of(ANNE)
    (bobs,) = await world.notices_of(BOB)
    assert (annes.clients, bobs.clients, bobs.news) == (0, 1, 1)


async def test_an_advisor_whose_client_left_before_the_notice_date_gets_none(world):
    await world.hear(a_definition(C), a_fact(C, "client", "anne"))
    await world.hear(a_fact(C, "client", "bob", FactKind.REASSIGNED, number=2), the_notice_date_of(C))

    await world.announce()

    assert await world.notices_of(ANNE) == []
    assert len(await world.notices_of(BOB)) == 1


async def test_only_open_clients_are_to_be_contacted(world):
    await world.hear(
        a_definition(C),
        the_notice_date_of(C),
        a_fact(C, "open", "anne"),
        a_fact(C, "waiting", "anne", entry=date(2026, 12, 1)),
        a_fact(C, "concluded", "anne", FactKind.CONCLUDED, number=4, closing=Closing.CONCLUDED),
        a_fact(C, "withdrawn", "anne", FactKind.CLIENT_WITHDRAWN, number=2, closing=Closing.WITHDRAWN),
    )
    await world.announce()

    (notice,) = await world.notices_of(ANNE)
    listed = await world.clients_of(ANNE, notice)

    assert (notice.clients, notice.news) == (1, 1)
    assert [client.follow_up_id for client in listed] == [a_fact(C, "open", "anne").follow_up_id]


async def test_a_client_closed_before_the_notice_is_read_is_no_news_any_more(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"))
    await world.announce()

    await world.hear(a_fact(C, "client", "anne", number=2, closing=Closing.CONCLUDED))

    (notice,) = await world.notices_of(ANNE)
    assert (notice.clients, notice.news, notice.unread) == (0, 0, True)


async def test_a_client_who_was_contacted_is_marked_however_late_the_fact_comes(world):
    potential_changed = a_fact(C, "client", "anne", FactKind.POTENTIAL_CHANGED, number=3, potential=7)
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"), potential_changed)
    await world.hear(a_fact(C, "client", "anne", FactKind.STEP_COMPLETED, number=2))
    await world.announce()

    (notice,) = await world.notices_of(ANNE)
    (client,) = await world.clients_of(ANNE, notice)

    assert (client.contacted, client.potential) == (True, Decimal(7))


async def test_a_client_targeted_again_with_a_new_entry_date_is_new_again(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"))
    await world.announce()
    (notice,) = await world.notices_of(ANNE)
    await world.notices.mark_read(ANNE, notice.notice_id, None, notice.renewed_at)

    withdrawn = a_fact(C, "client", "anne", FactKind.CLIENT_WITHDRAWN, number=2, closing=Closing.WITHDRAWN)
    again = a_fact(C, "client", "anne", FactKind.TARGETED_AGAIN, number=3, entry=date(2026, 11, 24))
    await world.hear(withdrawn, again)
    await world.announce()

    (renewed,) = await world.notices_of(ANNE)
    assert (renewed.news, renewed.unread, renewed.clients) == (1, True, 1)


async def test_the_same_messages_again_in_any_order_change_nothing(world):
    told = [
        a_definition(C, version=1, sharers=["anne", "bob"]),
        a_definition(C, version=2, sharers=["anne"], name="Épargne"),
        the_notice_date_of(C),
        *(a_fact(C, f"client {n}", "anne", potential=n) for n in range(20)),
        *(a_fact(C, f"client {n}", "carl", FactKind.REASSIGNED, number=2, potential=n) for n in range(5)),
        *(a_fact(C, f"client {n}", "carl", FactKind.CONCLUDED, number=3, closing=Closing.CONCLUDED) for n in range(3)),
    ]
    shuffled = random.Random(7)  # noqa: S311  the same order in every run

    for _ in range(4):
        shuffled.shuffle(told)
        for event in told:
            await world.hear(event)
        await world.hear(*told)
        await world.announce()

    (annes,) = await world.notices_of(ANNE)
    (carls,) = await world.notices_of(a_reader("carl"))
    assert (annes.campaign_name, annes.clients, annes.news, annes.revision) == ("Épargne", 15, 15, 1)
    assert (carls.clients, carls.news, carls.revision) == (2, 2, 1)
    assert await world.notices_of(BOB) == []
    assert len(await world.pushed_to(ANNE)) == 1


@pytest.mark.parametrize("kind", [FactKind.STEP_COMPLETED, FactKind.INTERACTION_RECORDED])
async def test_a_fact_seen_before_the_targeting_is_enough_to_know_the_follow_up(world, kind):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne", kind, number=4))
    await world.hear(a_fact(C, "client", "anne", potential=1))
    await world.announce()

    (notice,) = await world.notices_of(ANNE)
    (client,) = await world.clients_of(ANNE, notice)

    assert (client.potential, client.contacted) == (Decimal(1000), True)
