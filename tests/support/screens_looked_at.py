"""Every screen of the screenshots, looked at once with scripts and once without."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from services.portal.locale import CATALOGUE
from tests.support.browser import Tab
from tools.pages import Reached
from tools.screenshots import signed_in

_KEY = re.compile(rf"\b(?:{'|'.join(sorted({key.split('.')[0] for key in CATALOGUE}))})\.[a-z_]{{2,}}\b")
_SHOWN = "const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;"
_TEXTS = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].flatMap((e) =>
    ["aria-label", "title", "placeholder", "alt"].map((name) => e.getAttribute(name) ?? ""))].join("\\n")"""
_HEAD = """() => ({ language: document.documentElement.lang, title: document.title,
  headings: [...document.querySelectorAll("h1")].map((e) => e.textContent.trim()),
  charts: document.querySelectorAll("[data-chart]").length })"""
_KEYBOARD = f"""() => {{ {_SHOWN}
  const clicked = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], "
    + ":is(div, li, tr, td, span, p, section)[hx-get]:not([hx-trigger])";
  const look = (e) => {{ const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor, s.textDecorationLine].join();
  }};
  const around = (e) => {{
    const near = [e, e.parentElement, e.nextElementSibling].filter(Boolean);
    near.forEach(look);
    document.getAnimations().forEach((one) => {{ try {{ one.finish(); }} catch {{ one.cancel(); }} }});
    return near.map(look).join("~");
  }};
  const faults = [];
  const usable = (e) => shown(e) && !e.disabled && !e.closest("[aria-hidden=true]");
  for (const e of [...document.querySelectorAll(clicked)].filter(usable)) {{
    document.activeElement?.blur();
    const before = around(e);
    e.focus({{ focusVisible: true, preventScroll: true }});
    const name = e.outerHTML.slice(0, 90);
    if (document.activeElement !== e || (e.tabIndex < 0)) faults.push("not reached: " + name);
    else if (around(e) === before) faults.push("focus not seen: " + name);
  }}
  return faults; }}"""
_WITHOUT_SCRIPTS = f"""() => {{ {_SHOWN}
  const sends = (form) => form.querySelector("button:not([type=button]), input[type=submit]")
    || [...form.elements].filter((e) => e.type !== "hidden").length === 1;
  return [
    ...[...document.forms].filter((form) => shown(form) && !sends(form))
      .map((e) => "form: " + e.outerHTML.slice(0, 90)),
    ...[...document.querySelectorAll("button")].filter((e) => shown(e) && (!e.form || e.type === "button"))
      .map((e) => "button: " + e.outerHTML.slice(0, 90)),
  ]; }}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to say about one screen."""

    status: int
    policy: str
    language: str
    title: str
    headings: list[str]
    charts: int
    keys: list[str]
    bytes: int
    files: list[str]
    complaints: list[str]
    skips: bool
    keyboard: list[str]
    plain_headings: list[str]
    plain_faults: list[str]


def look_at_all(browser: Browser, origin: str, reached: list[Reached]) -> dict[str, Seen]:
    """Each screen by name."""
    found: dict[str, Seen] = {}
    for person in dict.fromkeys(one.screen.person for one in reached):
        with (
            signed_in(browser, origin, person, 1280) as context,
            signed_in(browser, origin, person, 1280, scripts=False) as plain,
        ):
            found |= {one.screen.name: _look(context, plain, one) for one in reached if one.screen.person == person}
    return found


def _look(context: BrowserContext, plain: BrowserContext, reached: Reached) -> Seen:
    tab = Tab(context.new_page())
    tab.page.on("console", tab.note)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    sizes: list[float] = []
    files: list[str] = []
    wire = context.new_cdp_session(tab.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    tab.page.on("request", lambda request: files.append(request.url))
    answer = tab.page.goto(reached.path)
    assert answer is not None
    head, keys = tab.page.evaluate(_HEAD), _KEY.findall(tab.page.evaluate(_TEXTS))
    headings, faults = _without_scripts(plain.new_page(), reached.path)
    seen = Seen(
        status=answer.status,
        policy=answer.headers.get("content-security-policy", ""),
        keys=keys,
        skips=_skips(tab.page),
        keyboard=tab.page.evaluate(_KEYBOARD),
        plain_headings=headings,
        plain_faults=faults,
        bytes=int(sum(sizes)),
        files=files,
        complaints=tab.complaints,
        **head,
    )
    tab.page.close()
    return seen


def _skips(page: Page) -> bool:
    """Whether the first stop of the keyboard leads to the content."""
    # From the start of the page, also where it puts the focus on what is wrong.
    page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
    )
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement?.classList.contains('skip')"):
        return False
    page.keyboard.press("Enter")
    return bool(page.evaluate("document.activeElement?.id === 'content'"))


def _without_scripts(page: Page, path: str) -> tuple[list[str], list[str]]:
    page.goto(path)
    faults: list[str] = page.evaluate(_WITHOUT_SCRIPTS)
    headings = [heading.strip() for heading in page.locator("h1").all_text_contents()]
    page.close()
    return headings, faults
