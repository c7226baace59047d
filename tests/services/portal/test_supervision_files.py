"""The workbook asked for on the detail tab is the tree as shown there."""

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
