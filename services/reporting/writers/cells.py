"""How a value is put into a cell: texts that no program can mistake for a formula, numbers that stay exact."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from services.reporting.ports.exporting import Language
from services.reporting.writers.checksum import Value
from services.reporting.writers.formats import NONE

LONGEST = 32_767
"""UTF-16 units that a cell may hold."""
_DIGITS = 15
"""Digits of a number that spreadsheets keep."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Kind(Enum):
    """What a column holds. A rate is in per cent, as the API gives it."""

    TEXT = auto()
    COUNT = auto()
    EUROS = auto()
    RATE = auto()
    DAY = auto()


_NUMBERS: dict[Kind, tuple[str, str]] = {
    Kind.COUNT: ("#,##0", "#,##0"),
    Kind.EUROS: (r"#,##0.00\ [$€-40C];[Red]-#,##0.00\ [$€-40C]", "[$€-809]#,##0.00;[Red]-[$€-809]#,##0.00"),
    Kind.RATE: (r"0.00\ %", "0.00%"),
    Kind.DAY: ("[$-40C]dd/mm/yyyy", "[$-809]dd mmm yyyy"),
}
"""Formats in French and in English; separators are those of the reader's own spreadsheet."""


def clean(text: str) -> str:
    """The text without what XML cannot hold, and no longer than a cell; what is cut ends in an ellipsis."""
    text = _FORBIDDEN.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    if len(text) * 2 <= LONGEST or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    return text.encode("utf-16-le")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def begins_a_formula(text: str) -> bool:
    """Whether a program that is careless with texts could take this one for a formula."""
    return text.startswith(_BEGINS_A_FORMULA)


@dataclass(frozen=True, slots=True)
class _Style:
    kind: Kind
    bold: bool
    level: int
    quoted: bool


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook, language: Language) -> None:
        self._book = book
        self._column = 0 if language == "fr" else 1
        self._made: dict[_Style, Format] = {}
        self.header = book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "text_wrap": True, "valign": "vcenter"}
        )
        self.label = book.add_format({"bold": True, "valign": "top"})
        self.long = book.add_format({"text_wrap": True, "valign": "top"})

    def of(self, kind: Kind, *, bold: bool = False, level: int = 0, quoted: bool = False) -> Format:
        """The format of a cell; `quoted` marks a text as one, as an apostrophe typed before it would."""
        style = _Style(kind, bold, level, quoted)
        if style not in self._made:
            self._made[style] = self._make(style)
        return self._made[style]

    def _make(self, style: _Style) -> Format:
        wanted: dict[str, Any] = {"bold": True, "top": 1} if style.bold else {}
        if style.kind is not Kind.TEXT:
            wanted |= {"num_format": _NUMBERS[style.kind][self._column], "align": "right"}
        if style.level:
            wanted["indent"] = min(style.level, 15)
        if style.quoted:
            wanted["quote_prefix"] = True
        return self._book.add_format(wanted)


class Pen:
    """Writes one sheet's cells, in the order of its rows."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet = sheet
        self._styles = styles

    def put(self, place: tuple[int, int], value: Value, kind: Kind, **look: Any) -> None:
        """One value where it belongs; what does not exist is shown as –, and an empty text as nothing."""
        if value is None and kind is not Kind.TEXT:
            done = self.sheet.write_string(*place, NONE, self._styles.of(kind, **look))
        elif value is None or value == "":
            done = self.sheet.write_blank(*place, None, self._styles.of(Kind.TEXT, **look))
        elif kind is Kind.DAY and isinstance(value, date):
            done = self.sheet.write_datetime(*place, value, self._styles.of(kind, **look))
        elif kind is Kind.TEXT or not _is_exact(value):
            text = clean(str(value))
            quoted = begins_a_formula(text)
            done = self.sheet.write_string(*place, text, self._styles.of(kind, quoted=quoted, **look))
        else:
            done = self.sheet.write_number(*place, number(value, kind), self._styles.of(kind, **look))
        _check(done, place)

    def put_subtotal(
        self, place: tuple[int, int], rows: tuple[int, int], function: int, value: Value, kind: Kind, **look: Any
    ) -> None:
        """A formula over these rows of the same column, with its value for who computes nothing."""
        name = xl_col_to_name(place[1])
        formula = f"=SUBTOTAL({function},{name}{rows[0] + 1}:{name}{rows[1] + 1})"
        _check(
            self.sheet.write_formula(*place, formula, self._styles.of(kind, **look), number(value or 0, kind)), place
        )

    def put_label(self, place: tuple[int, int], text: str, look: Format) -> None:
        """A text of ours in a look of its own."""
        _check(self.sheet.write_string(*place, clean(text), look), place)


class NotWrittenError(Exception):
    """The library left a cell out, which would be a figure that is silently wrong."""


def _check(done: int, place: tuple[int, int]) -> None:
    if done:
        raise NotWrittenError(f"row {place[0]}, column {place[1]}: {done}")


def number(value: Value, kind: Kind) -> float:
    """The number that a spreadsheet computes with: a rate of 66.67 per cent is 0.6667."""
    exact = Decimal(str(value))
    return float(exact / 100 if kind is Kind.RATE else exact)


def _is_exact(value: Value) -> bool:
    """Whether a spreadsheet keeps every digit; an amount that it would round is written as a text."""
    return len(Decimal(str(value)).as_tuple().digits) <= _DIGITS
