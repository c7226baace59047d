"""How a notice is read, by whom, and page by page (spec 7.1)."""

from datetime import date

from services.notification.ports import ClientCursor, NoticeCursor, Pushed
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import campaign_id
from tests.support.stories_notification import a_client, a_definition, a_fact, a_reader, the_notice_date_of

C = campaign_id("retirement")
ANNE, BOB = a_reader("anne"), a_reader("bob")


async def test_what_was_not_shown_stays_new_when_the_page_is_marked_as_read(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "first", "anne"))
    await world.announce()
    (on_screen,) = await world.notices_of(ANNE)
    await world.hear(a_fact(C, "second", "anne"))
    await world.announce(minutes=1)

    await world.notices.mark_read(ANNE, on_screen.notice_id, on_screen.revision, on_screen.renewed_at)

    (notice,) = await world.notices_of(ANNE)
    assert (notice.unread, notice.news) == (True, 2)


async def test_read_and_unread_are_told_to_other_pages_once(world):
    await world.hear(a_definition(C, sharers=["anne"]), the_notice_date_of(C))
    await world.announce()
    (notice,) = await world.notices_of(ANNE)

    for _ in range(2):
        await world.notices.mark_read(ANNE, notice.notice_id, None, notice.renewed_at)
    read = await world.notices.unread_count(ANNE)
    for _ in range(2):
        await world.notices.mark_unread(ANNE, notice.notice_id, notice.renewed_at)

    assert (read, await world.notices.unread_count(ANNE)) == (0, 1)
    assert [(event.seq, event.kind) for event in await world.pushed_to(ANNE)] == [
        (1, Pushed.RENEWED),
        (2, Pushed.READ),
        (3, Pushed.UNREAD),
    ]


async def test_the_notices_of_others_do_not_exist(world):
    await world.hear(a_definition(C, sharers=["anne"]), the_notice_date_of(C))
    await world.announce()
    (notice,) = await world.notices_of(ANNE)
    boss = a_reader("boss", AccessLevel.ALL)

    await world.notices.mark_read(boss, notice.notice_id, None, notice.renewed_at)

    assert await world.notices.find(boss, notice.notice_id, date(2026, 11, 24)) is None
    assert await world.notices.unread_count(ANNE) == 1


async def test_without_access_there_are_no_notices_until_it_is_back(world):
    await world.hear(a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne"))
    await world.announce()
    (notice,) = await world.notices_of(ANNE)
    nobody = a_reader("anne", AccessLevel.NONE)

    await world.notices.mark_read(nobody, notice.notice_id, None, notice.renewed_at)
    await world.notices.mark_all_read(nobody, None, notice.renewed_at)

    assert (await world.notices_of(nobody), await world.notices.unread_count(nobody)) == ([], 0)
    assert await world.notices.find(nobody, notice.notice_id, date(2026, 11, 24)) is None
    assert await world.clients_of(nobody, notice) == []
    assert await world.notices_of(ANNE) == [notice]


async def test_notices_of_archived_and_deleted_campaigns_are_not_shown_until_they_come_back(world):
    await world.hear(a_definition(C, sharers=["anne"]), the_notice_date_of(C))
    await world.announce()

    await world.hear(a_definition(C, version=2, archived=True, sharers=["anne"]))
    archived = (await world.notices_of(ANNE), await world.notices.unread_count(ANNE))
    await world.hear(a_definition(C, version=3, sharers=["anne"]))

    assert archived == ([], 0)
    assert len(await world.notices_of(ANNE)) == 1


async def test_of_an_erased_client_nothing_is_told(world):
    await world.hear(
        a_definition(C), the_notice_date_of(C), a_client("client", phone="01"), a_fact(C, "client", "anne")
    )
    await world.hear(a_client("client", revision=2, phone="01", erased=True))
    await world.hear(a_client("client", phone="01"))
    await world.announce()

    (notice,) = await world.notices_of(ANNE)
    (client,) = await world.clients_of(ANNE, notice)

    assert (client.name, client.phone) == (None, None)


async def test_pages_follow_each_other_without_gap_or_repeat(world):
    campaigns = [campaign_id(f"campaign {n}") for n in range(5)]
    for minute, campaign in enumerate(campaigns):
        await world.hear(a_definition(campaign, sharers=["anne"]), the_notice_date_of(campaign))
        await world.announce(minutes=minute // 2)
    await world.hear(*(a_fact(campaigns[4], f"client {n}", "anne", potential=n // 2) for n in range(7)))
    await world.announce(minutes=9)
    everything = await world.notices_of(ANNE)

    walked, cursor = [], None
    while page := await world.notices.page(ANNE, date(2026, 11, 24), cursor, 2):
        walked += page
        cursor = NoticeCursor(page[-1].renewed_at, page[-1].notice_id)
    clients, place = [], None
    while found := await world.notices.clients(ANNE, everything[0], date(2026, 11, 24), place, 2):
        clients += found
        place = ClientCursor(found[-1].potential, found[-1].follow_up_id)

    assert walked == everything
    assert walked[0].campaign_id == campaigns[4]
    assert clients == await world.clients_of(ANNE, everything[0])
    assert len(clients) == 7


async def test_many_newcomers_are_announced_a_bounded_number_at_a_time(world):
    await world.hear(a_definition(C), the_notice_date_of(C), *(a_fact(C, f"client {n}", "anne") for n in range(10)))

    rounds = []
    while found := await world.announce(limit=4):
        rounds.append(found)

    (notice,) = await world.notices_of(ANNE)
    assert rounds == [5, 4, 2]
    assert (notice.news, notice.clients) == (10, 10)


async def test_all_are_read_at_once_but_what_came_after_the_page_was_shown(world):
    campaigns = [campaign_id(f"campaign {n}") for n in range(3)]
    archived = campaign_id("archived")
    for campaign in (*campaigns, archived):
        await world.hear(a_definition(campaign, sharers=["anne", "bob"]), the_notice_date_of(campaign))
    await world.announce()
    await world.hear(a_definition(archived, version=2, sharers=["anne"], archived=True))
    shown = max(notice.renewed_at for notice in await world.notices_of(ANNE))
    await world.hear(a_fact(campaigns[0], "new", "anne"))
    await world.announce(minutes=1)

    await world.notices.mark_all_read(ANNE, shown, shown)

    assert {notice.campaign_id for notice in await world.notices_of(ANNE) if notice.unread} == {campaigns[0]}
    assert await world.notices.unread_count(BOB) == 3  # bob's are his own
    assert [event.kind for event in await world.pushed_to(ANNE)].count(Pushed.READ) == 2
    await world.notices.mark_all_read(ANNE, None, shown)
    assert await world.notices.unread_count(ANNE) == 0
    await world.hear(a_definition(archived, version=3, sharers=["anne"]))
    assert await world.notices.unread_count(ANNE) == 1  # what was not shown was not read
