"""Lists of clients touch a bounded number of rows, whoever asks and however many clients there are (ADR 0044)."""

import pytest

from services.directory.ports import ClientsWanted
from services.directory.store.records import PostgresDirectory
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.database import Database
from tests.support.many_clients import a_reader, an_id, explained, populate

NETWORK, REGION = ("network",), ("network", "region3")
READERS = {
    "own": a_reader(AccessLevel.OWN),
    "unit": a_reader(AccessLevel.UNIT),
    "region": a_reader(AccessLevel.SUBTREE, REGION),
    "network": a_reader(AccessLevel.SUBTREE, NETWORK),
    "all": a_reader(AccessLevel.ALL),
}
WANTED = {
    "plain": {},
    "inactive": {"inactive": True},
    "unit": {"unit_id": an_id("region3")},
    "branch": {"unit_id": an_id("branch3")},
    "advisor": {"advisor_id": an_id("advisor3")},
    "gold": {"segment": "gold"},
    "frequent": {"search": "martin"},
    "rare": {"search": "rarissime"},
    "nowhere": {"search": "nobody"},
    "two letters": {"search": "zo"},
    "by id": {"search": "c3"},
}
SEARCHES = {name for name, wanted in WANTED.items() if "search" in wanted}


@pytest.fixture(scope="module")
def twenty_thousand(module_database: str) -> str:
    populate(module_database, 20_000)
    return module_database


@pytest.fixture
def a_million(fresh_database: str) -> str:
    populate(fresh_database, 1_000_000)
    return fresh_database


async def touched_by(url: str, reader: Principal) -> dict[str, tuple[int, int]]:
    """By what is wanted: the most rows that a query of the first two pages touched, and the clients on these."""
    database = Database(url, service="directory", pool_size=1)
    directory = PostgresDirectory(database)
    answer = {}
    for name, wanted in WANTED.items():
        async with explained(database) as touched:
            pages = await directory.list_clients(reader, ClientsWanted(limit=20, **wanted))
            if len(pages) == 20:
                pages = [
                    *pages,
                    *await directory.list_clients(reader, ClientsWanted(after=pages[-1][0], limit=20, **wanted)),
                ]
        assert [place.sort_key for place, _ in pages] == sorted(place.sort_key for place, _ in pages), name
        assert [one.whole for one in touched if one.whole] == [], name
        answer[name] = (max(one.rows for one in touched), len(pages))
    await database.close()
    return answer


@pytest.mark.parametrize("reader", READERS)
async def test_a_page_touches_few_of_twenty_thousand_clients(twenty_thousand, reader):
    touched = await touched_by(twenty_thousand, READERS[reader])

    by_list = {name: rows for name, (rows, _) in touched.items() if name not in SEARCHES}
    assert by_list.pop("gold") < 4_500, "at most the 200 clients of ten advisors, in the index and in the table"
    assert {name: rows for name, rows in by_list.items() if rows > 500} == {}
    assert {name: rows for name, (rows, _) in touched.items() if rows > 4_500} == {}, "500 clients are called Martin"
    assert touched["plain"][1] == 40


async def test_who_reads_more_finds_more(twenty_thousand):
    found = {reader: (await touched_by(twenty_thousand, READERS[reader]))["rare"][1] for reader in READERS}

    assert found == {"own": 0, "unit": 0, "region": 0, "network": 1, "all": 1}


@pytest.mark.slow
@pytest.mark.timeout(1_200)
async def test_a_page_touches_few_of_a_million_clients(a_million):
    touched = {reader: await touched_by(a_million, principal) for reader, principal in READERS.items()}

    rows = {(reader, name): most for reader, wants in touched.items() for name, (most, _) in wants.items()}
    # At most the 200 clients of each of 64 advisors, in an index and in the table.
    assert {case: most for case, most in rows.items() if most > 25_600 and case[1] not in SEARCHES} == {}
    assert {case: most for case, most in rows.items() if most > 80_000} == {}, "25,000 clients are called Martin"
