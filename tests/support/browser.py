"""A real browser for tests: Debian's chromium, what its console says, and axe-core."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

import services.portal

_AXE = Path(services.portal.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PATIENCE_MS = 15_000
_RUN_AXE = "async () => (await axe.run()).violations"


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
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(_RUN_AXE)
        return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]


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
