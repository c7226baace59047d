import pytest

from shared.rulebook.errors import Forbidden, Invalid, NotVisible, Refused, RuleBroken


@pytest.mark.parametrize("kind", [Refused, Invalid, Forbidden, NotVisible])
def test_every_broken_rule_carries_its_code_and_data(kind):
    broken = kind("already_completed", {"step": "call"})

    assert isinstance(broken, RuleBroken)
    assert (broken.code, broken.data, str(broken)) == ("already_completed", {"step": "call"}, "already_completed")


def test_data_may_be_left_out():
    assert Refused("closed").data == {}


def test_what_may_not_be_seen_is_forbidden_too():
    assert issubclass(NotVisible, Forbidden)
