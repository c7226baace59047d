"""A digest as text and as simple HTML, from the same lines (spec 7.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from services.notification.ports import Notice
from services.notification.ports.digests import Digest, Language
from services.notification.use_cases.digest_words import WORDS, DigestWords
from shared.contracts.to_do import WorkItem


@dataclass(frozen=True, slots=True)
class Written:
    """What is sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    lines: Sequence[_Line]
    more: str | None


def write_digest(digest: Digest, language: Language, public_url: str) -> Written:
    """The message; links lead to the pages under `public_url`. A section with nothing in it is left out."""
    words, home = WORDS[language], public_url.rstrip("/")
    day = words.long_day(digest.day)
    sections = list(_sections(digest, words, home))
    opening = (words.hello(digest.name), words.intro(day))
    return Written(
        subject=words.subject(day),
        text=_text(opening, sections, words, home),
        html=_html(opening, sections, words, language, home),
    )


def _sections(digest: Digest, words: DigestWords, home: str) -> Iterator[_Section]:
    work = digest.work
    if digest.unread:
        lines = [_Line(_of_notice(notice, words), f"{home}/avis/{notice.notice_id}") for notice in digest.notices]
        yield _section(words.notices(digest.unread), lines, digest.unread, words)
    for title, items, number, when in (
        (words.due(work.late, work.today), work.due_items, work.late + work.today, words.due_on),
        (words.offered(work.offered), work.offered_items, work.offered, words.since),
        (words.conclusions(work.conclusion), work.conclusion_items, work.conclusion, words.since),
    ):
        if number:
            late = words.late if items is work.due_items else None
            lines = [
                _Line(
                    _of_item(item, words, when(words.day(item.on)), late if item.on < digest.day else None),
                    f"{home}/suivis/{item.follow_up_id}",
                )
                for item in items
            ]
            yield _section(title, lines, number, words)


def _section(title: str, lines: Sequence[_Line], number: int, words: DigestWords) -> _Section:
    left = number - len(lines)
    return _Section(title, lines, words.more(left) if left > 0 else None)


def _of_notice(notice: Notice, words: DigestWords) -> str:
    news = f", {words.news(notice.news)}" if notice.news else ""
    return f"{notice.campaign_name} – {words.clients(notice.clients)}{news}"


def _of_item(item: WorkItem, words: DigestWords, when: str, late: str | None) -> str:
    said = f"{item.client_name or words.unnamed} – {item.campaign_name} – {item.step_title} ({when}"
    return f"{said}, {late})" if late else f"{said})"


def _text(opening: Sequence[str], sections: Sequence[_Section], words: DigestWords, home: str) -> str:
    parts = ["\n".join(opening)]
    for section in sections:
        lines = [f"- {line.text}\n  {line.link}" for line in section.lines]
        more = [f"- {section.more}"] if section.more else []
        parts.append("\n".join([section.title, *lines, *more]))
    parts += [words.visit(f"{home}/"), words.why]
    return "\n\n".join(parts) + "\n"


def _html(
    opening: Sequence[str], sections: Sequence[_Section], words: DigestWords, language: Language, home: str
) -> str:
    said = [f"<p>{escape(line)}</p>" for line in opening]
    for section in sections:
        lines = [f'<li><a href="{escape(line.link)}">{escape(line.text)}</a></li>' for line in section.lines]
        more = [f"<li>{escape(section.more)}</li>"] if section.more else []
        said += [f"<h2>{escape(section.title)}</h2>", "<ul>", *lines, *more, "</ul>"]
    said += [f'<p><a href="{escape(home)}/">{escape(words.home)}</a></p>', f"<p>{escape(words.why)}</p>"]
    body = "\n".join(said)
    head = f'<meta charset="utf-8"><title>{escape(words.home)}</title>'
    return f'<!doctype html>\n<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>\n'
