"""The parts that editions are put together from, as the template reads them; all of it text, ready to be shown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.writers.about import About
from services.reporting.writers.chart import Chart
from services.reporting.writers.charts import Charts
from services.reporting.writers.checksum import Checksum, Value
from services.reporting.writers.formats import Formats
from services.reporting.writers.typeset import typeset
from services.reporting.writers.words import say

_PIECE = 10
_ENDLESS = re.compile(r"[^\s-]{19,}")
_SHORT = 16
"""Digits of the checksum on every page; the whole of it is on the first one."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column: numbers stand to the right; those with a weight share what room is left, the others take their own."""

    title: str
    right: bool = True
    weight: float = 0


@dataclass(slots=True)
class Edition:
    """An edition in the making: blocks in order, the pictures among them, and the data that its checksum speaks of."""

    about: About
    flipped: bool = False
    charts: Charts | None = None
    """None where ECharts is absent: the edition says so and goes on."""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    checksum: Checksum = field(default_factory=Checksum)

    def note(self, text: str) -> None:
        """A remark on its own."""
        self.blocks.append({"kind": "note", "text": text})

    def figures(self, title: str, items: Sequence[tuple[str, str, str]]) -> None:
        """Label, value and a smaller word below."""
        told = [{"label": label, "value": value, "note": note} for label, value, note in items]
        self.blocks.append({"kind": "figures", "title": title, "items": told})

    def chart(self, chart: Chart) -> None:
        """A picture; without ECharts nothing, since every chart has its table."""
        if self.charts is None:
            return
        name = f"chart-{len(self.pictures)}"
        self.pictures[name] = self.charts.svg(
            chart.option, width=chart.width, height=chart.height, language=self.about.language
        )
        self.blocks.append({"kind": "chart", "title": chart.title, "picture": name, "alt": chart.alt})

    def table(
        self, title: str, columns: Sequence[Head], rows: Sequence[Sequence[str]], total: Sequence[str] | None = None
    ) -> None:
        """Rows under a header that every page repeats."""
        block = {"kind": "table", "title": title, "columns": _columns(columns), "rows": rows, "total": total}
        self.blocks.append(block)

    def groups(self, title: str, columns: Sequence[Head], groups: Sequence[Mapping[str, Any]]) -> None:
        """Rows under sub-headings: each group has `title`, `note` and `rows`."""
        self.blocks.append({"kind": "groups", "title": title, "columns": _columns(columns), "groups": groups})

    def keep(self, rows: Sequence[Sequence[Value]]) -> None:
        """Take data into the checksum."""
        self.checksum.add(rows)

    def pdf(self) -> bytes:
        """The edition, typeset."""
        about, words, formats = self.about, say(self.about.language), Formats(self.about.language)
        checksum = self.checksum.text
        if self.charts is None and self.pictures == {} and self._wants_charts:
            self.note(words["charts_absent"])
        version = "" if about.version is None else f" · {words['version']} {about.version}"
        data = {
            "lang": about.language,
            "title": about.title,
            "author": about.reader,
            "subject": about.subject,
            "header": about.subject,
            "flipped": self.flipped,
            "page": words["page"],
            "mark": f"{words['as_of']} {formats.day(about.as_of)} · {about.reach}{version} · {checksum[:_SHORT]}",
            "cartouche": about.lines(checksum=checksum),
            "blocks": self.blocks,
        }
        return typeset("edition", data, self.pictures, made_at=about.made_at)

    @property
    def _wants_charts(self) -> bool:
        return any(block["kind"] == "figures" for block in self.blocks)


def breakable(text: str) -> str:
    """The text with places in its endless words at which a line may end, so that none runs into the next column."""
    return _ENDLESS.sub(lambda word: "\u200b".join(re.findall(f".{{1,{_PIECE}}}", word[0])), text)


def _columns(columns: Sequence[Head]) -> list[dict[str, Any]]:
    return [{"title": column.title, "right": column.right, "weight": column.weight} for column in columns]
