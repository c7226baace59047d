import pytest

from shared.runtime.backlog import BacklogState, Waiting


@pytest.mark.parametrize(
    ("number", "age", "expected"),
    [
        (0, None, BacklogState.CURRENT),
        (5_000, 9.9, BacklogState.CURRENT),
        (1, 10.0, BacklogState.LATE),
        (1, 299.9, BacklogState.LATE),
        (1, 300.0, BacklogState.VERY_LATE),
    ],
)
def test_a_queue_is_late_by_the_age_of_its_oldest_whatever_its_length(number, age, expected):
    assert Waiting(number, age).state is expected
