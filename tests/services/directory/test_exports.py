"""The result of a query as a file: whole, harmless, in the reader's language."""

import httpx
import pytest

from services.directory.api.results import RightsChanged
from shared.rulebook.access import AccessLevel
from tests.services.directory.conftest import a_client
from tests.support.fakes_directory import a_principal
from tests.support.queried import PATHS, people, post


@pytest.fixture
async def peopled(door):
    await people(door)
    return door


async def test_an_export_is_a_french_file_of_all_that_match(peopled):
    answer = await post(peopled, "export", filter="assets > 0", columns=["external_id", "name", "assets", "age"])

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.content.decode() == "\ufeffexternal_id;name;assets;age\r\nc2;Bruno;9000;35\r\nc1;Élodie;12000,5;50\r\n"
    )


async def test_an_export_is_english_when_the_reader_is(peopled):
    answer = await post(peopled, "export", language="en", filter="assets > 0", columns=["name", "assets", "vip"])

    assert answer.content.decode() == "\ufeffname,assets,vip\r\nBruno,9000,\r\nÉlodie,12000.5,\r\n"


async def test_an_export_shows_who_they_are_and_what_the_filter_spoke_of(peopled):
    answer = await post(peopled, "export", filter="vip = true")

    assert answer.content.decode() == (
        "\ufeffexternal_id;name;phone;email;advisor;advisor_name;unit;unit_name;vip\r\n"
        "c3;Zoé;;;cleo;Cleo;arras;Arras;oui\r\n"
    )


async def test_a_cell_that_a_spreadsheet_would_carry_out_is_made_harmless(peopled):
    await peopled.put("clients", [a_client("c6", name='=cmd|"/c calc"!A0', phone="+33 3 20", attributes={"rank": -5})])

    answer = await post(peopled, "export", filter='external_id = "c6"', columns=["name", "phone", "rank"])

    assert answer.content.decode() == '\ufeffname;phone;rank\r\n"\'=cmd|""/c calc""!A0";\'+33 3 20;-5\r\n'


async def test_an_export_of_more_than_one_part_leaves_nobody_out(peopled):
    await peopled.put("clients", [a_client(f"m{number:04}", name="Same Name") for number in range(1_201)])

    answer = await post(peopled, "export", filter='name = "Same Name"', columns=["external_id"])

    lines = answer.content.decode().removeprefix("\ufeff").split()
    assert sorted(lines[1:]) == [f"m{number:04}" for number in range(1_201)]


class RightsOf:
    """A caller who has other rights each time they are asked for."""

    def __init__(self, *rights):
        self.rights = list(rights)

    async def principal(self, token):
        return self.rights.pop(0)


async def test_an_export_breaks_off_when_the_readers_rights_change_meanwhile(peopled):
    await peopled.put("clients", [a_client(f"m{number:04}", name="Same Name") for number in range(600)])
    anne, moved = peopled.people["anne"], a_principal("anne", AccessLevel.OWN, path=PATHS["max"])
    peopled.app.state.security = RightsOf(anne, moved)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(peopled.app), base_url="http://directory") as http:
        with pytest.raises(RightsChanged):
            await http.post(
                "/api/directory/queries/export",
                json={"filter": 'name = "Same Name"'},
                headers={"Authorization": "Bearer anne"},
            )
