import pytest

from shared.rulebook import guards
from shared.rulebook.errors import Refused
from tests.rulebook.builders import START, TODAY, a_follow_up, happening


def test_on_the_entry_date_itself_a_follow_up_is_open():
    assert guards.require_open(a_follow_up(entry_date=TODAY), happening()) is None


def test_an_open_follow_up_is_not_waiting():
    with pytest.raises(Refused) as broken:
        guards.require_waiting(a_follow_up(), happening())

    assert (broken.value.code, broken.value.data) == ("not_waiting", {"entry_date": START.isoformat()})


def test_equal_values_are_no_change():
    assert guards.require_change("old", "new") is None
    with pytest.raises(Refused) as broken:
        guards.require_change("same", "same")

    assert broken.value.code == "unchanged"
