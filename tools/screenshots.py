"""`python -m tools.screenshots`: every screen of the running demonstration as a picture, to be looked at.

Each in French and English, wide and as on a phone; `--only home --only summary` takes just those, `--dark` each in
dark colours too.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Theme = Literal["light", "dark"]

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_WIDTHS = (1280, 390)
_THEMES: tuple[Theme, ...] = ("light", "dark")
_PEOPLE = {
    "advisor": "Conseil",
    "branch": "Responsable, agence",
    "network": "Direction",
    "administrator": "Administration",
    "operator": "Exploitation",
}
"""Who looks → how the sign-in page of the demonstration calls them."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture: who opens which address, and then follows links (CSS selectors) to what is shown."""

    name: str
    person: str
    address: str
    follow: tuple[str, ...] = ()


TARGETED = ("main a.row-link", "main nav a[href$='/clients']")
"""From the list of campaigns to the clients of the first."""

CONCLUDED = ("#list tbody th a",)
"""From a list to the follow-up of its first client."""

_PAST = f"au={datetime.now().astimezone().date() - timedelta(days=10)}&axe=realisation"

THEIR_CLIENT = (*CONCLUDED, ".context a[href^='/contacts/']")

SCREENS = (
    Screen("home", "advisor", "/"),
    Screen("notices", "advisor", "/avis"),
    Screen("notice", "advisor", "/avis", ("a[href^='/avis/']",)),
    Screen("follow_ups", "advisor", "/suivis"),
    Screen("follow_up", "advisor", "/suivis", ("a[href^='/suivis/']",)),
    Screen("contacts", "branch", "/contacts"),
    Screen("follow_up_characteristics", "advisor", "/suivis", ("a[href^='/suivis/']", "a[href$='caracteristiques']")),
    Screen("follow_up_unplanned", "advisor", "/suivis", ("a[href^='/suivis/']", "#evenement > summary")),
    Screen("conclusion", "advisor", "/pilotage?resultat=accepted", CONCLUDED),
    Screen("conclusion_account", "advisor", "/pilotage?resultat=accepted", (*CONCLUDED, "a[href$='onglet=compte']")),
    Screen("client", "advisor", "/pilotage?resultat=accepted", THEIR_CLIENT),
    Screen("client_accounts", "advisor", "/pilotage?resultat=accepted", (*THEIR_CLIENT, "a[href$='onglet=compte']")),
    Screen("client_history", "advisor", "/pilotage?resultat=accepted", (*THEIR_CLIENT, "a[href$='=historique']")),
    Screen("search", "network", "/recherche?q=mar"),
    Screen("queries", "branch", "/requetes"),
    Screen("query", "branch", "/requetes/nouvelle?filtre=age >= 45"),
    Screen("query_mistake", "branch", "/requetes/nouvelle?filtre=age >= "),
    Screen("query_assign", "branch", "/requetes/affecter?filtre=age >= 45"),
    Screen("campaigns", "network", "/operations"),
    Screen("campaign", "network", "/operations", ("main a[href^='/operations/'].row-link",)),
    Screen("campaign_progress", "network", "/operations", ("main a.row-link", "main a[href$='/suivi']")),
    Screen("campaign_new", "network", "/operations/nouvelle"),
    Screen("campaign_edit", "network", "/operations", ("main a.row-link", "main a[href$='/modifier']")),
    Screen(
        "campaign_effects",
        "network",
        "/operations",
        ("main a.row-link", "main a[href$='/modifier']", "[data-do=up] >> nth=1", "button[value=preview]"),
    ),
    Screen("campaign_allocation", "network", "/operations", ("main a.row-link", "main a[href$='/repartition']")),
    Screen(
        "campaign_duplicate",
        "network",
        "/operations",
        ("main a.row-link", ".menu > .tool >> nth=1", "a[href$='/dupliquer']"),
    ),
    Screen("management", "network", "/pilotage"),
    Screen("management_past", "network", f"/pilotage?{_PAST}"),
    Screen("detail_past", "network", f"/pilotage/detail?{_PAST}&par=campaign,client"),
    Screen("concluding", "network", "/pilotage?resultat=in_progress", (".list-head button >> nth=1",)),
    Screen("detail", "network", "/pilotage/detail", (".tree-open",)),
    Screen("summary", "network", "/pilotage", ("[aria-labelledby=behind-title] a", "nav.tabs a[href*='synthese']")),
    Screen("editions", "network", "/pilotage/editions"),
    Screen("profiles", "administrator", "/administration"),
    Screen("profile", "administrator", "/administration", ("main a[href^='/administration/profils/']:not(.btn)",)),
    Screen("users", "administrator", "/administration/utilisateurs"),
    Screen("user", "administrator", "/administration/utilisateurs", ("main a[href^='/administration/utilisateurs/']",)),
    Screen("rights_audit", "administrator", "/administration/historique"),
    Screen("structure", "administrator", "/administration/structure", (".tree-0 a", ".tree-1 a")),
    Screen("imports", "administrator", "/administration/imports"),
    Screen("calendar", "administrator", "/administration/calendrier"),
    Screen("webhooks", "administrator", "/administration/webhooks"),
    Screen("webhook_new", "administrator", "/administration/webhooks/nouveau"),
    Screen("digest", "advisor", "/preferences/avis"),
    Screen("targeting", "network", "/operations?statut=RUNNING", TARGETED),
    Screen("targeting_pick", "network", "/operations?statut=RUNNING", (*TARGETED, "main a[href$='/clients/ajouter']")),
    Screen("targeting_query", "network", "/operations?statut=RUNNING", (*TARGETED, "main a[href$='/clients/requete']")),
    Screen("targeting_file", "network", "/operations?statut=RUNNING", (*TARGETED, "main a[href$='/clients/fichier']")),
    Screen("targeting_spread", "network", "/operations?statut=RUNNING", (*TARGETED, "main a[href$='/clients/etaler']")),
    Screen("targeting_job", "network", "/operations?statut=RUNNING", (*TARGETED, "main a[href*='/travaux/'] >> nth=0")),
    Screen("held", "operator", "/exploitation"),
    Screen("queues", "operator", "/exploitation/files"),
    Screen("parked", "operator", "/exploitation/messages"),
    Screen("letters", "operator", "/exploitation/courriels"),
    Screen("reconciliations", "operator", "/exploitation/rapprochements"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every picture asked for was taken."""
    given = _arguments(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium: `make browser` installs it", file=sys.stderr)
        return 1
    screens = [screen for screen in SCREENS if not given.only or screen.name in given.only]
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        for person in dict.fromkeys(screen.person for screen in screens):
            for width in _WIDTHS:
                for theme in _THEMES[: 2 if given.dark else 1]:
                    with signed_in(browser, given.url, person, width, theme=theme) as context:
                        for screen in screens:
                            if screen.person == person:
                                _take(context, screen, given, width, theme)
        browser.close()
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the product's origin (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("var/screenshots"), help="default: %(default)s")
    parser.add_argument("--dark", action="store_true", help="in dark colours too, as …-dark.png")
    parser.add_argument("--only", action="append", choices=[screen.name for screen in SCREENS])
    return parser.parse_args(arguments)


@contextmanager
def signed_in(
    browser: Browser, url: str, person: str, width: int, *, scripts: bool = True, theme: Theme = "light"
) -> Iterator[BrowserContext]:
    """A browser in which this person of the demonstration is signed in."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 900},
        locale="fr-FR",
        java_script_enabled=scripts,
        color_scheme=theme,
    )
    page = context.new_page()
    page.goto("/")
    page.locator("a.btn-primary").click()
    page.get_by_role("button", name=re.compile(_PEOPLE[person])).first.click()
    page.wait_for_url(re.compile(r"/$"))
    page.close()
    yield context
    context.close()


def _take(context: BrowserContext, screen: Screen, given: argparse.Namespace, width: int, theme: Theme) -> None:
    for language in ("fr", "en"):
        context.add_cookies([{"name": "jalon_language", "value": language, "url": given.url}])
        page = opened(context, screen)
        file = given.folder / f"{screen.name}-{language}-{width}{'-dark' if theme == 'dark' else ''}.png"
        page.screenshot(path=file, full_page=True)
        page.close()
        print(file)


def opened(context: BrowserContext, screen: Screen) -> Page:
    """The screen in a page of its own, as one gets there."""
    page = context.new_page()
    page.goto(screen.address)
    for selector in screen.follow:
        page.locator(selector).first.click()
        _settled(page)
    _settled(page)
    return page


def _settled(page: Page) -> None:
    """The live connection never ends, so that the network is never silent."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(250)


if __name__ == "__main__":
    sys.exit(main())
