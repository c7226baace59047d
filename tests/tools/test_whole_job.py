"""What the bench demands of one job whose service was killed: nothing may be missing, double, or a cent off."""

from dataclasses import replace

from tools.bench.whole_job import WholeJob

EXACT = WholeJob(
    clients=2,
    job={"state": "FINISHED", "done": 2, "refused": 0, "recorded": "1000000.01", "not_recorded": "0.00"},
    killed_at=1,
    away=10.0,
    seconds=0.5,
    alone=2.0,
    receipt=[
        {"follow_up_id": "a", "outcome": "done", "number": "2", "amount": "500000.01"},
        {"follow_up_id": "b", "outcome": "done", "number": "2", "amount": "500000.00"},
    ],
    figures={"clients": 2, "accepted": 2, "collected": "1000000.01"},
)


def test_an_exact_job_has_no_fault_and_is_told_with_its_rate():
    told = EXACT.as_json()

    assert told["faults"] == []
    assert (told["job_per_second"], told["one_by_one_per_second"], told["job_ratio"]) == (4.0, 2.0, 2.0)


def test_an_item_that_is_there_twice_is_named():
    twice = replace(EXACT, receipt=[EXACT.receipt[0], EXACT.receipt[0]])

    assert list(twice.faults()) == [
        "receipt: follow-ups is 1 instead of 2",
        "receipt: sum is 1000000.02 instead of 1000000.01",
    ]


def test_a_third_fact_of_a_follow_up_is_named():
    again = replace(EXACT, receipt=[EXACT.receipt[0], {**EXACT.receipt[1], "number": "3"}])

    assert list(again.faults()) == ["receipt: facts is {'2': 1, '3': 1} instead of {'2': 2}"]


def test_a_job_that_was_not_killed_in_its_middle_or_is_not_faster_shows_nothing():
    late_and_slow = replace(EXACT, killed_at=2, seconds=1.0)

    assert list(late_and_slow.faults()) == [
        "the service was not killed in the middle but after 2",
        "2.0 a second are not faster than 2.0 one by one",
    ]
