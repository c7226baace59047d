"""Rights reach every service within a second, in the order in which they changed."""

import asyncio

import pytest
from nats.js.errors import NotFoundError

from services.directory.app import create_app
from services.directory.store.principals import PostgresPrincipalChanges
from services.directory.use_cases.tell_principals import Told, keep_told, repair, tell_changes
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import unit_id, user_id
from shared.runtime.messaging import Bus
from tests.services.directory.conftest import PROFILES, a_user, running
from tests.support.fakes_principals import FakeBucket, FakePrincipalChanges, a_record


async def test_what_was_not_acknowledged_is_told_again():
    changes, bucket = FakePrincipalChanges(), FakeBucket(away=True)
    changes.note(a_record("anne", manage_campaigns=True))

    with pytest.raises(ConnectionError):
        await tell_changes(changes, bucket)
    bucket.away = False
    told = await tell_changes(changes, bucket)

    assert told is Told.ALL
    assert bucket.held[user_id("anne")].manage_campaigns


async def test_no_heartbeat_vouches_for_a_bucket_that_another_is_writing():
    changes, bucket = FakePrincipalChanges(another_tells=True), FakeBucket()
    following = asyncio.create_task(keep_told(changes, bucket, asyncio.Event()))

    await asyncio.sleep(0.6)
    following.cancel()

    assert bucket.beats == 0


async def test_a_heartbeat_is_sent_twice_a_second_while_all_is_told():
    bucket = FakeBucket()
    following = asyncio.create_task(keep_told(FakePrincipalChanges(), bucket, asyncio.Event()))

    await asyncio.sleep(1.2)
    following.cancel()

    assert bucket.beats in (2, 3)


async def test_a_heartbeat_vouches_for_the_moment_at_which_its_pass_began():
    changes, bucket = FakePrincipalChanges(), FakeBucket(takes=0.2)
    changes.note(a_record("anne"))
    following = asyncio.create_task(keep_told(changes, bucket, asyncio.Event()))

    async with asyncio.timeout(5):
        while not bucket.beats:
            await asyncio.sleep(0.01)
    following.cancel()

    assert bucket.age >= 0.2


async def test_a_lost_bucket_is_filled_anew_and_forgets_whom_nobody_knows():
    changes, bucket = FakePrincipalChanges(), FakeBucket(held={user_id("ghost"): a_record("ghost")})
    changes.note(a_record("anne"), a_record("bob"))
    changes.told = 2
    bucket.held[user_id("bob")] = a_record("bob", manage_campaigns=True)

    wrong = await repair(changes, bucket)
    await tell_changes(changes, bucket)

    assert wrong == 3
    assert bucket.held == {user_id("anne"): a_record("anne"), user_id("bob"): a_record("bob")}


async def test_a_new_user_has_the_rights_of_profile_and_person_together(door, watch):
    await door.set_up_network()
    await door.put("users", [a_user("anne", extra_rights={"access_level": "UNIT", "operator": True})])

    record = await watch("anne", lambda held: held is not None)

    assert (record.access_level, record.operator, record.manage_campaigns) == (AccessLevel.UNIT, True, False)
    assert record.unit_path == tuple(map(unit_id, ("network", "north", "lille")))


async def test_an_extra_right_never_narrows_the_profiles(door, watch):
    await door.set_up_network()
    await door.put("users", [a_user("max", profile="manager", extra_rights={"access_level": "OWN"})])

    record = await watch("max", lambda held: held is not None)

    assert (record.access_level, record.manage_campaigns) == (AccessLevel.SUBTREE, True)


async def test_a_changed_profile_changes_the_rights_of_everyone_who_has_it(door, watch):
    await door.set_up_network()
    await door.put("users", [a_user("anne"), a_user("bob")])
    await watch("bob", lambda held: held is not None)

    await door.put("profiles", [PROFILES[0] | {"access_level": "ALL"}])

    for name in ("anne", "bob"):
        await watch(name, lambda held: held.access_level is AccessLevel.ALL)


async def test_a_moved_unit_changes_the_paths_of_those_below(door, watch):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    await watch("anne", lambda held: held is not None)

    await door.put("units", [{"external_id": "north", "name": "Nord", "parent": "south"}])

    await watch("anne", lambda held: held.unit_path[1] == unit_id("south"))


async def test_who_left_has_no_rights_any_more(door, watch):
    await door.set_up_network()
    await door.put("users", [a_user("max", profile="manager")])
    await watch("max", lambda held: held is not None)

    await door.put("users", [a_user("max", profile="manager", active=False)])

    record = await watch("max", lambda held: not held.active)
    assert (record.access_level, record.manage_campaigns) == (AccessLevel.NONE, False)


async def test_what_a_killed_directory_left_untold_is_told_by_the_next_one(settings, database):
    async with running(create_app(settings), {}) as door:
        await door.set_up_network()
        changes = PostgresPrincipalChanges(database)
        async with changes.telling(limit=1):  # holds the lock as a stuck teller would, so that nothing is told
            await door.put("users", [a_user("anne", extra_rights={"operator": True})])

    async with running(create_app(settings), {}) as door, asyncio.timeout(2):
        while (held := door.principals.get(user_id("anne"))) is None or not held.operator:
            await asyncio.sleep(0.01)


async def test_a_bucket_deleted_under_a_running_directory_comes_back(door, watch, nats_url):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    await watch("anne", lambda held: held is not None)
    bus = await Bus.connect(nats_url, name="thief")

    await bus.jetstream.delete_key_value("principals")
    async with asyncio.timeout(8):
        while not await _holds(bus, "anne"):
            await asyncio.sleep(0.05)

    await bus.close()


async def _holds(bus: Bus, name: str) -> bool:
    try:
        return bool(await (await bus.jetstream.key_value("principals")).get(user_id(name)))
    except NotFoundError:
        return False
