"""The figures that the file alone gives, and how a difference is said."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tools.replay import __main__ as replaying
from tools.replay.compare import differences
from tools.replay.expect import figures_of
from tools.replay.play import Result

REAL = Path(__file__).parents[3] / "shared" / "data" / "bank-marketing-sample.csv"
ROWS = """row,job,balance,campaign,y
1,admin.,100,1,yes
2,admin.,-50,2,no
3,student,200.50,3,yes
4,student,10,5,no
"""


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "bank.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_four_rows_counted_by_hand(file):
    figures = figures_of(file)

    assert (figures.clients, figures.contacts, figures.accepted, figures.refused) == (4, 11, 2, 2)
    assert (figures.potential, figures.collected) == (Decimal("310.50"), Decimal("300.50"))
    # Two reached the sales step, one of them a success, and one more success came before it: 2 of 3.
    assert figures.conversion_rate == Decimal("66.67")
    assert figures.take_up_rate == Decimal("50.00")
    assert figures.steps == {
        1: {"done": 4, "not_reached": 0, "open": 0, "left": 0, "skipped": 0},
        2: {"done": 3, "not_reached": 0, "open": 0, "left": 1, "skipped": 0},
        3: {"done": 2, "not_reached": 1, "open": 0, "left": 1, "skipped": 0},
        4: {"done": 0, "not_reached": 2, "open": 0, "left": 2, "skipped": 0},
    }
    assert figures.as_json()["branches"] == {
        "admin.": {"clients": 2, "accepted": 1, "refused": 1, "potential": "100.00", "collected": "100.00"},
        "student": {"clients": 2, "accepted": 1, "refused": 1, "potential": "210.50", "collected": "200.50"},
    }
    assert figures.as_json()["advisors"] == {
        "admin. 1": {"clients": 1, "accepted": 1, "refused": 0, "potential": "100.00", "collected": "100.00"},
        "admin. 2": {"clients": 1, "accepted": 0, "refused": 1, "potential": "0.00", "collected": "0.00"},
        "student 1": {"clients": 1, "accepted": 1, "refused": 0, "potential": "200.50", "collected": "200.50"},
        "student 2": {"clients": 1, "accepted": 0, "refused": 1, "potential": "10.00", "collected": "0.00"},
    }


def test_without_anybody_to_divide_by_there_is_no_rate(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text("row,job,balance,campaign,y\n1,admin.,100,1,no\n", encoding="utf-8")

    assert figures_of(path).conversion_rate is None


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not beside the repository")
def test_the_real_file_has_the_figures_that_its_own_page_tells():
    figures = figures_of(REAL)

    assert (figures.clients, figures.contacts, figures.accepted, figures.refused) == (4521, 12207, 555, 3966)
    assert (figures.potential, figures.collected) == (Decimal(6515555), Decimal(919287))
    assert [figures.steps[number]["done"] for number in (1, 2, 3)] == [4521, 2761, 1496]


def test_equal_figures_have_no_difference(file):
    assert differences(figures_of(file), figures_of(file)) == []


def test_each_difference_is_said_with_both_figures(file):
    reported = figures_of(file)
    reported.contacts = 10
    reported.steps[2]["done"] = 2
    del reported.branches["student"]
    reported.advisors["admin. 2"].refused = 2

    assert differences(figures_of(file), reported) == [
        "contacts: the file says 11, the reports say 10",
        "steps.2.done: the file says 3, the reports say 2",
        (
            "branches.student: the file says {'clients': 2, 'accepted': 1, 'refused': 1, 'potential': '210.50', "
            "'collected': '200.50'}, the reports say None"
        ),
        "advisors.admin. 2.refused: the file says 1, the reports say 2",
    ]


@pytest.mark.parametrize(("contacts", "status"), [(11, 0), (10, 1)], ids=["equal", "different"])
def test_a_replay_ends_with_one_when_a_figure_differs(file, monkeypatch, capsys, contacts, status):
    reported = replace(figures_of(file), contacts=contacts)

    async def played(_given):
        return Result(reported, differences(figures_of(file), reported))

    monkeypatch.setattr(replaying, "_play", played)
    monkeypatch.setattr("sys.argv", ["replay", "--data", str(file)])

    assert replaying.main() == status
    *said, last = capsys.readouterr().out.splitlines()
    assert said == ["contacts: the file says 11, the reports say 10"] * status
    assert json.loads(last)["contacts"] == contacts
