"""The navigation: the notice's paths, each for those who may use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Rights = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name is a text `frame.<name>` and what a page says that it belongs to."""

    name: str
    address: str
    icon: str
    is_for: Callable[[Rights], bool] = lambda _: True


def sees_clients(rights: Rights) -> bool:
    """Whoever has a reach."""
    return str(rights.get("access_level", "NONE")) != "NONE"


def sees_campaigns(rights: Rights) -> bool:
    """Whoever has a reach, or manages campaigns."""
    return sees_clients(rights) or manages(rights)


def manages(rights: Rights) -> bool:
    """Whoever sets campaigns up."""
    return bool(rights.get("manage_campaigns"))


def administers(rights: Rights) -> bool:
    """An administrator."""
    return bool(rights.get("administrator"))


def operates(rights: Rights) -> bool:
    """An operator."""
    return bool(rights.get("operator"))


NAVIGATION: tuple[Entry, ...] = (
    Entry("home", "/", "home"),
    Entry("contacts", "/contacts", "users", sees_clients),
    Entry("queries", "/requetes", "filter", sees_clients),
    Entry("campaigns", "/operations", "target", sees_campaigns),
    Entry("supervision", "/pilotage", "chart-bar", sees_clients),
    Entry("administration", "/administration", "settings", administers),
    Entry("operating", "/exploitation", "activity", operates),
)
"""In this order; a phone shows the first four and puts the others under *Plus*."""
