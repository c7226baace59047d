"""A real browser for tests: Debian's chromium, what its console says, and axe-core."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

import services.portal

_AXE = Path(services.portal.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PATIENCE_MS = 15_000
_FAILED = 500
_HAS_AXE = "() => 'axe' in window"
_RUN_AXE = "async () => (await axe.run()).violations"
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
_WIDTHS = (1280, 390)
_COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, headless; without it tests are skipped, and fail under CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: `make browser` installs it")
        pytest.skip("no chromium: `make browser` installs it")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Tab:
    """One tab of a person's own browser; `complaints` are errors on the console and failures of scripts."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the console says is wrong; an answer with an error status is for the test to judge."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def accessibility(self) -> list[str]:
        """What axe-core finds wrong with the page as it is now."""
        if not self.page.evaluate(_HAS_AXE):
            self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(_RUN_AXE)
        return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]

    def faults(self, addresses: Iterable[str], prepare: Callable[[Page], None] | None = None) -> dict[str, list[str]]:
        """What is wrong with each screen, wide and as on a phone, light and dark; empty when nothing is.

        `prepare` opens what is folded. A screen that is not there, and one wider than its window, is wrong too.
        """
        found = {}
        for address in addresses:
            answer = self.page.goto(address)
            if answer is None or answer.status in {403, 404} or answer.status >= _FAILED:
                found[address] = ["not there"]
                continue
            if prepare is not None:
                prepare(self.page)
            for width in _WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 850})
                for colours in _COLOURS:
                    # Without motion colours change at once, in the frame after the page has heard of it.
                    self.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
                    self.page.evaluate(_TWO_FRAMES)
                    wide = ["wider than the window"] * self.page.evaluate(_TOO_WIDE)
                    if wrong := self.accessibility() + wide:
                        found[f"{address} {width} {colours}"] = wrong
        return found


@contextmanager
def opened_tab(browser: Browser, origin: str, *, width: int = 1280, **options: Any) -> Iterator[Tab]:
    """A tab with cookies of its own; `options` are those of Playwright's contexts (locale, color_scheme, …)."""
    context = browser.new_context(
        base_url=origin, viewport={"width": width, "height": 850}, **{"locale": "fr-FR", **options}
    )
    context.set_default_timeout(_PATIENCE_MS)
    tab = Tab(context.new_page())
    tab.page.on("console", tab.note)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    context.close()


def open_follow_up(page: Page, client: str) -> None:
    """The follow-up of a client in the small network's campaign, as one gets there by Contacts."""
    page.goto(f"/contacts?q={client.replace(' ', '+')}")
    page.get_by_role("link", name=client, exact=True).click()
    page.get_by_role("row", name=re.compile("Épargne d’hiver")).get_by_role("link").first.click()
