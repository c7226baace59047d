"""The words of the digest, in French and in English."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date

from services.notification.ports.digests import Language


@dataclass(frozen=True, slots=True)
class DigestWords:
    """One language; what counts takes the number."""

    locale: Locale
    subject: Callable[[str], str]
    hello: Callable[[str], str]
    intro: Callable[[str], str]
    notices: Callable[[int], str]
    clients: Callable[[int], str]
    news: Callable[[int], str]
    due: Callable[[int, int], str]
    due_on: Callable[[str], str]
    late: str
    offered: Callable[[int], str]
    conclusions: Callable[[int], str]
    since: Callable[[str], str]
    more: Callable[[int], str]
    unnamed: str
    home: str
    visit: Callable[[str], str]
    why: str

    def day(self, day: date) -> str:
        """`20 avr. 2026` or `20 Apr 2026`."""
        return format_date(day, "d MMM y", locale=self.locale)

    def long_day(self, day: date) -> str:
        """`mardi 24 novembre 2026` or `Tuesday 24 November 2026`."""
        return format_date(day, "EEEE d MMMM y", locale=self.locale)


WORDS: dict[Language, DigestWords] = {
    "fr": DigestWords(
        locale=Locale("fr", "FR"),
        subject=lambda day: f"Votre journée du {day}",
        hello=lambda name: f"Bonjour {name},",
        intro=lambda day: f"Voici ce qui vous attend ce {day}.",
        notices=lambda n: f"Avis non lus : {n}",
        clients=lambda n: f"{n} client{_s(n)} à contacter",
        news=lambda n: f"dont {n} nouveau{'x' if n > 1 else ''}",
        due=lambda late, today: f"Étapes en retard : {late} – à faire aujourd’hui : {today}",
        due_on=lambda day: f"échéance le {day}",
        late="en retard",
        offered=lambda n: f"Étapes proposées : {n}",
        conclusions=lambda n: f"Conclusions attendues : {n}",
        since=lambda day: f"depuis le {day}",
        more=lambda n: f"et {n} autre{_s(n)}",
        unnamed="(nom inconnu)",
        home="Ouvrir Jalon",
        visit=lambda address: f"Ouvrir Jalon : {address}",
        why="Vous recevez ce message parce que vous l’avez demandé ; vos préférences dans Jalon l’arrêtent.",
    ),
    "en": DigestWords(
        locale=Locale("en", "GB"),
        subject=lambda day: f"Your day, {day}",
        hello=lambda name: f"Hello {name},",
        intro=lambda day: f"Here is what awaits you on {day}.",
        notices=lambda n: f"Unread notices: {n}",
        clients=lambda n: f"{n} client{'' if n == 1 else 's'} to contact",
        news=lambda n: f"{n} of them new",
        due=lambda late, today: f"Steps late: {late} – due today: {today}",
        due_on=lambda day: f"due on {day}",
        late="late",
        offered=lambda n: f"Steps offered next: {n}",
        conclusions=lambda n: f"Waiting for a conclusion: {n}",
        since=lambda day: f"since {day}",
        more=lambda n: f"and {n} more",
        unnamed="(name unknown)",
        home="Open Jalon",
        visit=lambda address: f"Open Jalon: {address}",
        why="You get this message because you asked for it; your preferences in Jalon stop it.",
    ),
}


def _s(number: int) -> str:
    """The French plural, which begins at two."""
    return "s" if number > 1 else ""
