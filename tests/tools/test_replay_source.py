"""A bank-marketing file is read whole or refused with the line that is wrong."""

from decimal import Decimal

import pytest

from tools.replay.source import SourceError, read
from tools.seeded.bank_csv import write

HEADER = "row,age,job,balance,campaign,y\n"


def test_the_generator_writes_the_same_file_again(tmp_path):
    first = write(tmp_path / "a.csv").read_bytes()
    second = write(tmp_path / "b.csv").read_bytes()

    assert first == second
    assert len(read(tmp_path / "a.csv").people) == 200


def test_a_row_is_a_person(tmp_path):
    file = tmp_path / "bank.csv"
    file.write_text(HEADER + "10,43,admin.,-12.50,3,yes\n", encoding="utf-8")

    person = read(file).people[0]

    assert (person.row, person.job, person.balance, person.contacts, person.subscribed) == (
        10,
        "admin.",
        Decimal("-12.50"),
        3,
        True,
    )
    assert person.attributes == {"age": 43, "job": "admin.", "balance": -12.5}


def test_the_original_file_with_semicolons_and_no_row_numbers_is_read_too(tmp_path):
    file = tmp_path / "bank-full.csv"
    file.write_text('"age";"job";"balance";"campaign";"y"\n58;"management";2143;1;"no"\n', encoding="utf-8")

    person = read(file).people[0]

    assert (person.row, person.job, person.balance) == (1, "management", Decimal(2143))


def test_the_first_rows_keep_the_digest_of_the_whole_file(tmp_path):
    file = write(tmp_path / "bank.csv", rows=20)

    assert read(file, rows=5).digest == read(file).digest
    assert len(read(file, rows=5).people) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no column job, balance, campaign, y"),
        (b"job,balance,campaign\n", "has no column y"),
        (b"row,job,balance,campaign,y\n", "has no rows"),
        (b"row,job,balance,campaign,y\n1,a,1,1,no\n1,a,1,1,no\n", "a row number is there twice"),
        (b"row,job,balance,campaign,y\n1,a,1,1,maybe\n", "line 2: y is neither yes nor no: maybe"),
        (b"row,job,balance,campaign,y\n1,a,1,0,no\n", "line 2: campaign is no number of contacts"),
        (b"row,job,balance,campaign,y\n1,a,x,1,no\n", "line 2"),
        (b"row,job,balance,campaign,y\n1,a,1.005,1,no\n", "line 2: balance is no amount in euros"),
        (b"row,job,balance,campaign,y\n1,a,NaN,1,no\n", "line 2"),
        (b"row,job,balance,campaign,y\n1, ,1,1,no\n", "line 2: job is empty"),
        (b"row,job,balance,campaign,y\n1,a,1,1\n", "line 2: the row has not as many fields"),
        (b"row,job,balance,campaign,y\n1,a,1,1,no,more\n", "line 2: the row has not as many fields"),
        (b"row,job,balance,campaign,y\n1,\xe9,1,1,no\n", "line 2: not UTF-8"),
        (b"row,job,balance,campaign,y\n1,a\0,1,1,no\n", "NUL"),
        (b'row,job,balance,campaign,y\n1,"a"b,1,1,no\n', "expected after"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_by_line(tmp_path, content, said):
    file = tmp_path / "bank.csv"
    file.write_bytes(content)

    with pytest.raises(SourceError, match=said):
        read(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        read(tmp_path / "nowhere.csv")
