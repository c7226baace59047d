"""One connection tells an open page of notices and of figures, and goes on where it was."""

import asyncio

import httpx
import pytest

from services.portal.app import create_app
from services.portal.frame import SESSION_COOKIE
from services.portal.screens import live
from services.portal.sessions import Sealer
from tests.services.portal.conftest import ORIGIN, SECRET

READY = "id: 6\nevent: ready\ndata: {}\n\n"
CHANGES = "id: 9.a.b\nevent: changes\ndata: {}\n\n"
ADVISOR = "22222222-2222-4222-8222-222222222222"


class Streams:
    """Both services' streams: notices last until those of figures were read; each answer is [status, events]."""

    def __init__(self, *figures):
        self.figures = list(figures)
        self.asked = []
        self._read = asyncio.Event()

    def __call__(self, request):
        asked_id = request.headers.get("last-event-id")
        if request.url.path == "/api/notifications/stream":
            self.asked.append(("notices", asked_id))
            return httpx.Response(200, content=self._notices())
        assert request.url.path == "/api/reports/live"
        self.asked.append(("figures", asked_id, str(request.url.query, "ascii")))
        status, *events = self.figures.pop(0)
        return httpx.Response(status, content=self._told(events))

    async def _notices(self):
        yield READY.encode()
        async with asyncio.timeout(10):
            await self._read.wait()

    async def _told(self, events):
        for event in events:
            yield event.encode()
        if not self.figures:
            self._read.set()
            await asyncio.Event().wait()  # open until whoever reads it leaves


@pytest.fixture
def listen(settings, session, monkeypatch):
    """What a page is told until the notices end."""
    monkeypatch.setattr(live, "_FIRST_PAUSE", 0.0)

    async def told(streams, address, last_id):
        app = create_app(settings, transport=httpx.MockTransport(streams))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client,
            asyncio.timeout(20),
        ):
            client.cookies.set(SESSION_COOKIE, Sealer(SECRET).seal_session(session))
            return (await client.get(address, headers={"Last-Event-ID": last_id})).text

    return told


async def test_figures_are_told_beside_notices_under_an_id_that_says_how_far_both_came(listen):
    streams = Streams([200, "id: 8.a.b\nevent: ready\ndata: {}\n\n", ": still here\n\n", CHANGES, ": still here\n\n"])

    told = await listen(streams, f"/live?chiffres=true&conseiller={ADVISOR}", "6~8.a.b")

    assert sorted(streams.asked) == [("figures", "8.a.b", f"advisor_id={ADVISOR}"), ("notices", "6")]
    events = [event.partition("\n") for event in told.split("\n\n")]
    assert sorted(fields for _, _, fields in events if fields) == ["event: figures\ndata: ", "retry: 1000"]
    assert events[-2][0] == "id: 6~9.a.b"


async def test_figures_that_break_off_are_asked_for_again_from_where_they_were(listen):
    streams = Streams([200, CHANGES], [503], [200, "id: 10.a.b\nevent: changes\ndata: {}\n\n", ": still here\n\n"])

    told = await listen(streams, "/live?chiffres=true", "6")

    assert [asked[1] for asked in streams.asked if asked[0] == "figures"] == [None, "9.a.b", "9.a.b"]
    assert told.count("event: figures") == 2
    assert [line for line in told.splitlines() if line.startswith("id")][-1] == "id: 6~10.a.b"


@pytest.mark.parametrize("status", [403, 404])
async def test_whoever_may_not_see_figures_still_has_the_notices(listen, status):
    streams = Streams([status])
    streams._read.set()

    told = await listen(streams, "/live?chiffres=true", "6")

    assert told == "id: 6\nretry: 1000\n\n"


async def test_a_page_without_figures_asks_for_none(listen):
    streams = Streams()
    streams._read.set()

    await listen(streams, "/live", "6")

    assert streams.asked == [("notices", "6")]


async def test_the_indicator_box_asks_for_itself_when_figures_change(browser):
    chosen = "33333333-3333-4333-8333-333333333333"
    page = (await browser.get(f"/?campagne={chosen}")).text

    assert 'hx-sse:connect="/live?avec_liste=true&amp;chiffres=true"' in page
    assert page.count("hx-sse:connect") == 1
    assert f'hx-get="/indicateurs?campagne={chosen}" hx-trigger="figures from:body"' in page
