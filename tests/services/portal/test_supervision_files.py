"""The workbooks asked for on the tabs of supervision are the list and the tree as shown there."""

import pytest

from tests.support.fakes_portal import FakeApis
from tests.support.follow_up_page import HTMX
from tests.support.html_pages import Page

UNIT = "11111111-1111-4111-8111-111111111111"


class Reports(FakeApis):
    """With a tree that has nothing in it, and files that are asked for."""

    def app(self):
        app = super().app()
        self.trees, self.wishes = [], []

        @app.get("/api/reports/tree")
        def tree(by: str, sort: str, descending: bool) -> dict[str, object]:
            self.trees.append((by, sort, descending))
            return {"nodes": [], "next": None}

        @app.get("/api/reports/clients")
        def clients() -> dict[str, object]:
            return {"total": 0, "more_than_total": False, "selection": None, "rows": [], "next": None}

        @app.post("/api/reports/exports", status_code=202)
        def ask(body: dict[str, object]) -> dict[str, object]:
            self.wishes.append(body)
            return {}

        return app


@pytest.fixture
def apis():
    return Reports()


@pytest.mark.parametrize(
    ("sort", "ordered"),
    [("-conversion_rate", ("conversion_rate", True)), ("take_up_rate", ("take_up_rate", False))],
)
async def test_the_file_has_the_nesting_the_order_and_the_part_that_are_on_the_screen(browser, apis, sort, ordered):
    address = f"/pilotage/detail?par=campaign,advisor,client&tri={sort}&unite={UNIT}"
    form = Page((await browser.get(address, headers=HTMX)).text).form(what="detail_tree")

    answer = await browser.post(f"/pilotage/editions?unite={UNIT}", data=form.data())

    assert answer.status_code == 303
    assert apis.trees == [("campaign,advisor,client", *ordered)]
    (wish,) = apis.wishes
    assert (wish["what"], wish["filters"]) == ("detail_tree", {"unit_id": UNIT})
    assert wish["nesting"] == ["campaign", "advisor", "client"]
    assert wish["tree"] == {"sort": ordered[0], "descending": ordered[1]}


async def test_the_file_of_the_list_has_its_filters_its_order_and_its_day(browser, apis):
    day = "au=2026-10-01&axe=realisation"
    address = f"/pilotage?{day}&resultat=accepted&nom=Ma%26rie&retard=1&tri=-collected&unite={UNIT}"
    form = Page((await browser.get(address, headers=HTMX)).text).form(what="management_list")

    answer = await browser.post(form.action, data=form.data())

    assert answer.status_code == 303
    (wish,) = apis.wishes
    assert {name: wish[name] for name in ("what", "format", "filters", "as_of", "axis")} == {
        "what": "management_list",
        "format": "xlsx",
        "filters": {"unit_id": UNIT},
        "as_of": "2026-10-01",
        "axis": "happened",
    }
    assert wish["list"] == {
        "result": ["accepted"],
        "text": "Ma&rie",
        "overdue": True,
        "sort": "collected",
        "descending": True,
    }


@pytest.mark.parametrize(
    ("asked", "nesting"),
    [
        ("par=client&par=campaign&par=&par=", "client,campaign"),
        ("par=advisor&par=unit&par=advisor&par=client", "advisor,unit,client"),
        ("par=planet", "unit,advisor,client"),
        ("", "unit,advisor,client"),
    ],
)
async def test_the_tree_is_shown_in_any_order_of_levels_and_its_file_too(browser, apis, asked, nesting):
    page = Page((await browser.get(f"/pilotage/detail?{asked}", headers=HTMX)).text)

    await browser.post("/pilotage/editions", data=page.form(what="detail_tree").data())

    assert [by for by, *_ in apis.trees] == [nesting]
    assert ",".join(apis.wishes[0]["nesting"]) == nesting
