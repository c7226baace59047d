"""`python -m tools.pages`: what each page of the running demonstration costs, and what of its time is the portal's own.

The portal runs here once more, before the APIs of the running product, and each of its requests is written down.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, sync_playwright
from pydantic import SecretStr

from services.portal.app import create_app
from services.portal.frame import SESSION_COOKIE
from services.portal.settings import Settings
from tools.screenshots import SCREENS, Screen, opened, signed_in


@dataclass(frozen=True, slots=True)
class Reached:
    """A screen's own address, and the session of whom it was reached by."""

    screen: Screen
    path: str
    session: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the APIs; seconds of one clock."""

    path: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page took."""

    status: int
    seconds: float
    asked: tuple[Asked, ...]

    @property
    def rounds(self) -> int:
        """How many requests follow one another at most: those that are open at the same time are one round."""
        last, found = float("-inf"), 0
        for one in sorted(self.asked, key=lambda asked: asked.ended):
            if one.began >= last:
                last, found = one.ended, found + 1
        return found

    @property
    def waited(self) -> float:
        """Seconds in which any request was open."""
        until, total = float("-inf"), 0.0
        for one in sorted(self.asked, key=lambda asked: asked.began):
            total += max(0.0, one.ended - max(one.began, until))
            until = max(until, one.ended)
        return total

    @property
    def slowest(self) -> float:
        """Seconds of the slowest request."""
        return max((one.ended - one.began for one in self.asked), default=0.0)


@dataclass
class WatchedApis(httpx.AsyncBaseTransport):
    """The network, writing down what is asked."""

    asked: list[Asked] = field(default_factory=list)
    network: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, read whole."""
        began = perf_counter()
        response = await self.network.handle_async_request(request)
        await response.aread()
        self.asked.append(Asked(request.url.path, began, perf_counter()))
        return response

    async def aclose(self) -> None:
        """Close its connections."""
        await self.network.aclose()


@dataclass(frozen=True, slots=True)
class WatchedPortal:
    """A portal of one's own."""

    browser: httpx.AsyncClient
    apis: WatchedApis

    async def cost(self, reached: Reached) -> Cost:
        """What the page takes now."""
        self.apis.asked.clear()
        began = perf_counter()
        answer = await self.browser.get(reached.path, headers={"Cookie": f"{SESSION_COOKIE}={reached.session}"})
        return Cost(answer.status_code, perf_counter() - began, tuple(self.apis.asked))


@asynccontextmanager
async def watched_portal(url: str, session_key: str) -> AsyncIterator[WatchedPortal]:
    """A portal before the APIs at `url`; with the product's key it knows who is signed in there."""
    apis = WatchedApis()
    settings = Settings(public_url=url, session_key=SecretStr(session_key), log_level="ERROR")
    app = create_app(settings, transport=apis)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=url) as browser:
        yield WatchedPortal(browser, apis)


def reach(browser: Browser, url: str, screens: Sequence[Screen] = SCREENS) -> list[Reached]:
    """Where these screens are, following links as people do."""
    found = []
    for person in dict.fromkeys(screen.person for screen in screens):
        with signed_in(browser, url, person, 1280) as context:
            session = next(one["value"] for one in context.cookies() if one["name"] == SESSION_COOKIE)
            for screen in screens:
                if screen.person == person:
                    page = opened(context, screen)
                    parts = urlsplit(page.url)
                    found.append(Reached(screen, parts.path + (f"?{parts.query}" if parts.query else ""), session))
                    page.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every page was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.pages", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the product's origin (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=Path("var"), help="the launcher's folder (default: %(default)s)")
    parser.add_argument("--times", type=int, default=9, help="how often each page is asked for (default: %(default)s)")
    given = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium: `make browser` installs it", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        reached = reach(browser, given.url)
        browser.close()
    key = (given.data / "secrets" / "session-key").read_text(encoding="ascii").strip()
    asyncio.run(_print(given.url, key, reached, given.times))
    return 0


async def _print(url: str, key: str, reached: Sequence[Reached], times: int) -> None:
    print(f"{'page':24} requests  rounds  page ms  slowest request ms  over it ms  no request open ms")
    own = []
    async with watched_portal(url, key) as portal:
        for one in reached:
            costs = [await portal.cost(one) for _ in range(times + 1)][1:]
            over = statistics.median(cost.seconds - cost.slowest for cost in costs) * 1000
            alone = statistics.median(cost.seconds - cost.waited for cost in costs) * 1000
            own.append(alone)
            whole, slowest = (statistics.median(value) * 1000 for value in _times(costs))
            print(
                f"{one.screen.name:24} {len(costs[0].asked):8} {costs[0].rounds:7} {whole:8.1f} {slowest:19.1f} "
                f"{over:11.1f} {alone:19.1f}"
            )
    print(f"the portal's own time: median {statistics.median(own):.1f} ms, at most {max(own):.1f} ms")


def _times(costs: Sequence[Cost]) -> tuple[list[float], list[float]]:
    return [cost.seconds for cost in costs], [cost.slowest for cost in costs]


if __name__ == "__main__":
    sys.exit(main())
