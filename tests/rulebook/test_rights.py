import pytest

from shared.rulebook.access import AccessLevel, Principal, Rights, combine, in_reach

NORTH = ("network", "north")
LILLE = ("network", "north", "lille")
ARRAS = ("network", "north", "arras")
SOUTH = ("network", "south")


def a_principal(level, *, unit_path=NORTH, user_id="anne", **rights):
    return Principal(user_id, unit_path[-1], unit_path, access_level=level, **rights)


@pytest.mark.parametrize(
    ("level", "reached"),
    [
        (AccessLevel.NONE, []),
        (AccessLevel.OWN, ["anne"]),
        (AccessLevel.UNIT, ["anne", "bruno"]),
        (AccessLevel.SUBTREE, ["anne", "bruno", "chloe"]),
        (AccessLevel.ALL, ["anne", "bruno", "chloe", "david"]),
    ],
)
def test_the_access_level_says_whose_clients_are_reached(level, reached):
    advisors = {"anne": NORTH, "bruno": NORTH, "chloe": LILLE, "david": SOUTH}

    assert [advisor for advisor, path in advisors.items() if in_reach(a_principal(level), advisor, path)] == reached


@pytest.mark.parametrize("level", [AccessLevel.OWN, AccessLevel.UNIT, AccessLevel.SUBTREE])
def test_a_unit_beside_or_above_is_not_reached(level):
    reader = a_principal(level, unit_path=LILLE)

    assert not in_reach(reader, "bruno", ARRAS)
    assert not in_reach(reader, "bruno", NORTH)


def test_an_advisor_without_unit_is_reached_by_all_only():
    assert not in_reach(a_principal(AccessLevel.UNIT), "bruno", ())
    assert in_reach(a_principal(AccessLevel.ALL), "bruno", ())


def test_the_crm_reaches_every_client():
    assert in_reach(a_principal(AccessLevel.NONE, crm=True), "david", SOUTH)


def test_rights_given_to_one_user_add_to_those_of_the_profile():
    profile = Rights(access_level=AccessLevel.UNIT, operator=True)
    extra = Rights(manage_campaigns=True, access_level=AccessLevel.OWN)

    assert combine(profile, extra) == Rights(manage_campaigns=True, access_level=AccessLevel.UNIT, operator=True)


def test_the_wider_access_level_holds_whoever_gives_it():
    narrow, wide = Rights(access_level=AccessLevel.OWN), Rights(access_level=AccessLevel.ALL, administrator=True)

    assert combine(narrow, wide) == combine(wide, narrow) == wide


def test_without_anything_extra_the_profile_holds():
    assert combine(Rights(administrator=True), None) == Rights(administrator=True)
