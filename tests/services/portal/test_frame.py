"""Languages, colours, live push, and the files that pages load."""

import re

import pytest

from services.portal.assets import Assets, AssetsMissingError
from services.portal.bar import MoneyBar
from tests.support.fakes_portal import NOTICE_ID, a_rate, a_report
from tools.assets import sprite


async def test_language_and_colours_are_chosen_and_one_comes_back(stranger):
    french = await stranger.get("/connexion")
    answer = await stranger.post("/preferences", data={"language": "en", "back": "/connexion"})
    english = await stranger.get("/connexion")
    await stranger.post("/preferences", data={"theme": "dark", "back": "/"})
    dark = await stranger.get("/")

    assert "Se connecter" in french.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert "Sign in" in english.text
    assert 'data-bs-theme="dark"' in dark.text


@pytest.mark.parametrize("field", [{"language": "de"}, {"theme": "pink"}, {"back": "//evil.test"}])
async def test_other_wishes_change_nothing(stranger, field):
    answer = await stranger.post("/preferences", data=field)

    assert answer.headers["location"] == "/"
    assert not stranger.cookies


async def test_the_browsers_language_holds_until_one_is_chosen(stranger):
    answer = await stranger.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,fr;q=0.5"})

    assert '<html lang="en"' in answer.text


async def test_an_event_becomes_the_parts_it_changes_under_its_own_id(browser, apis):
    apis.events = [
        "id: 6\nevent: ready\ndata: {}\n\n",
        ": still here\n\n",
        f'id: 7\nevent: notice\ndata: {{"kind": "renewed", "notice_id": "{NOTICE_ID}"}}\n\n',
    ]

    told = (await browser.get("/live?avec_liste=true", headers={"Last-Event-ID": "6"})).text
    ready, silence, notice, rest = told.split("\n\n")

    assert apis.recorded == [{"last_event_id": "6"}]
    assert (ready, silence, rest) == ("id: 6\nretry: 1000", ":", "")
    assert notice.startswith("id: 7\ndata: <hx-partial")
    assert all(line.startswith(("id: ", "data: ")) for line in notice.splitlines())
    assert 'data: <hx-partial hx-target="#notices"' in notice


async def test_a_page_that_begins_to_listen_is_brought_up_to_date_at_once(browser, apis):
    apis.events = ["id: 6\nevent: ready\ndata: {}\n\n"]

    told = (await browser.get("/live")).text

    assert told.startswith("id: 6\ndata: <hx-partial")
    assert "#notices" not in told


async def test_what_cannot_be_told_now_is_asked_for_again(browser, apis):
    apis.events = ["id: 7\nevent: notice\ndata: {}\n\n"]
    apis.away = {"/api/notifications/notices"}

    told = (await browser.get("/live?avec_liste=true")).text

    assert told == ""


async def test_nobody_listens_without_a_session(stranger):
    answer = await stranger.get("/live")

    assert answer.status_code == 303


@pytest.mark.parametrize("name", ["tabler.css", "portal.css"])
async def test_files_are_kept_for_ever_and_compressed(browser, name):
    page = (await browser.get("/")).text
    (address,) = re.findall(rf'href="(/static/\w+/{name})"', page)

    answer = await browser.get(address)
    plain = await browser.get(address, headers={"Accept-Encoding": "identity"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == plain.content
    assert int(answer.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers


def test_a_first_visit_of_the_charts_loads_less_than_400_kilobytes():
    assets = Assets.load()

    weights = {name: len(assets.compressed[address]) for name, address in assets.addresses.items()}

    assert weights["echarts.js"] < 225_000
    assert sum(weights.values()) < 400_000


@pytest.mark.parametrize("path", ["/static/x/tabler.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"])
async def test_no_other_file_is_served(browser, path):
    assert (await browser.get(path)).status_code == 404


async def test_every_icon_on_a_page_is_in_the_sprite(browser, app):
    sprite_text = next(path for path in Assets.load().files.values() if path.suffix == ".svg" and "icons" in path.name)
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite_text.read_text(encoding="utf-8")))

    templates = app.state.desk.templates["fr"].loader
    used = set()
    for name in templates.list_templates():
        source = templates.get_source(app.state.desk.templates["fr"], name)[0]
        used |= set(re.findall(r'icon\("([\w-]+)"\)', source))

    assert used - known == set()


def test_without_the_files_of_npm_one_is_told_what_to_do(tmp_path):
    with pytest.raises(AssetsMissingError, match="make assets"):
        Assets.load(tmp_path)


def test_an_icon_becomes_a_symbol_without_its_invisible_frame(tmp_path):
    frame = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
    (tmp_path / "x.svg").write_text(f'<!-- tags -->\n<svg\n  width="24">\n  {frame}\n  <path d="M1 1" />\n</svg>')

    assert '<path d="M1 1" /></symbol>' in sprite(tmp_path, ["x"])
    assert frame not in sprite(tmp_path, ["x"])


async def test_health_and_readiness_are_answered(stranger):
    assert (await stranger.get("/healthz")).json() == {"status": "alive"}
    assert (await stranger.get("/readyz")).status_code == 200


def test_the_bar_shows_collected_pace_and_target_in_proportion():
    assert MoneyBar.of(a_report()) == MoneyBar(
        collected=500, potential=375, target=1000, pace=836, pace_amount="334426.23"
    )


def test_the_bar_without_a_target_shows_what_there_is():
    bar = MoneyBar.of(a_report(target=None, pace=a_rate(None)))

    assert (bar.collected, bar.potential, bar.target, bar.pace) == (571, 428, None, None)


def test_the_bar_of_nothing_is_empty():
    bar = MoneyBar.of(a_report(target=None, pace=a_rate(None), collected="0.00", remaining_potential="0.00"))

    assert (bar.collected, bar.potential) == (0, 0)
