"""Figures to print, in every shape that matters, and how printed pages are read and looked at."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2

from services.reporting.ports.exporting import Language
from services.reporting.ports.reading import Axis, Branch, CampaignSeen, Totals
from services.reporting.use_cases.breakdown import BranchFigures, rates_of
from services.reporting.use_cases.figures import Indicators, OneCampaign, indicators_of
from services.reporting.use_cases.steps import Funnel, StepFigures
from services.reporting.writers.about import About
from shared.rulebook.indicators import (
    StepCounts,
    days_of,
    pass_through_rate,
    step_completion_rate,
)
from tests.support.stories_reporting import CAMPAIGN, LILLE, NICE, a_definition

HOSTILE = '=#panic("x") $x$ *b* _i_ <l> @r // \\ ` [c] {d} ~ "q" \'a\' Ñandú Œuvre'
TODAY = date(2026, 11, 20)
UNITS = {LILLE: "Lille Grand-Place", NICE: "Nice Masséna"}
_TOTALS = Totals(
    clients=10,
    accepted=2,
    refused=3,
    in_progress=5,
    waiting=1,
    contacts=17,
    converting=3,
    potential=Decimal("250000.00"),
    remaining_potential=Decimal("120000.50"),
    collected=Decimal("200000.00"),
)


def about(language: Language = "fr", **changes: Any) -> About:
    """The mark of an edition of the campaign of autumn."""
    title = {"fr": "Synthèse de l’opération", "en": "Campaign summary"}[language]
    mark = About(
        title=title,
        subject="Retraite 2026",
        as_of=TODAY,
        axis=Axis.RECORDED,
        reader="Olga Petit",
        reach={"fr": "Tout le réseau", "en": "The whole network"}[language],
        filters=[],
        version=3,
        made_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        language=language,
    )
    return replace(mark, **changes)


def some_indicators(target: str | None = "400000.00") -> Indicators:
    """Day 51 of 61: pace 59.80 %, achievement 50 %."""
    seen = CampaignSeen(
        campaign_id=CAMPAIGN,
        name="Retraite 2026",
        version=3,
        owner_id="owner",
        owner_unit_path=(),
        creator_id="owner",
        target=None if target is None else Decimal(target),
        start_date=date(2026, 10, 1),
        end_date=date(2026, 11, 30),
        archived=False,
        covered=True,
    )
    return indicators_of([OneCampaign(seen, _TOTALS, seen.target, days_of(seen.start_date, seen.end_date, TODAY))])


def a_funnel(titles: Sequence[str] = ("Premier appel", "Relance", "Rendez-vous", "Signature des pièces")) -> Funnel:
    """Seven of eight called; three of five passed on."""
    plan = a_definition()
    counts = (
        StepCounts(done=7, open=1, not_reached=2),
        StepCounts(done=5, open=1, not_reached=3, skipped=1),
        StepCounts(done=3, open=2, not_reached=4, left=1),
        StepCounts(done=1, open=1, not_reached=8),
    )
    steps = [
        StepFigures(
            step.model_copy(update={"title": title}),
            count,
            step_completion_rate(count),
            pass_through_rate(min(count.done, 3), count.done, last=number == len(counts) - 1),
        )
        for number, (step, title, count) in enumerate(zip(plan.steps, titles, counts, strict=True))
    ]
    return Funnel(3, plan.sales_step, steps)


def a_row(
    name: str | None, unit: str = LILLE, share: str | None = "40000.00", totals: Totals = _TOTALS
) -> BranchFigures:
    """One advisor's results."""
    given = None if share is None else Decimal(share)
    branch = Branch(
        id=f"id of {name}", external_id=None, name=name, parent_id=unit, leaf=True, share=given, totals=totals
    )
    return BranchFigures(branch, rates_of(totals, given))


def text_of(pdf: bytes, page: int | None = None) -> str:
    """What a reader of the page copies from it, spaces that do not break among the others."""
    document = pypdfium2.PdfDocument(pdf)
    pages = range(len(document)) if page is None else [page]
    text = "\n".join(document[number].get_textpage().get_text_range() for number in pages)
    document.close()
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\r\n", "\n")


def pages_of(pdf: bytes) -> int:
    """How many pages it has."""
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    return pages


def save_pages(pdf: bytes, folder: Path, name: str, scale: float = 1.3) -> list[Path]:
    """The pages as PNG, for whoever wants to look at them."""
    document = pypdfium2.PdfDocument(pdf)
    paths = []
    for number in range(len(document)):
        bitmap = document[number].render(scale=scale, rev_byteorder=True)
        paths.append(folder / f"{name}-{number + 1}.png")
        paths[-1].write_bytes(_png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels))
    document.close()
    return paths


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width * channels] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
