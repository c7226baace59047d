"""The management list and the detail tree as workbooks: rows come from the database a few at a time, of one moment."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from services.reporting.exporting.making import Making, about_of
from services.reporting.ports.exporting import Dimension
from services.reporting.ports.listing import FollowUpRows, Listed
from services.reporting.ports.reading import Figures
from services.reporting.schemas.shown import ListShown, TreeShown
from services.reporting.use_cases.figures import asked_for
from services.reporting.use_cases.tree_order import NodeSort
from services.reporting.use_cases.whole_lists import read_whole_list
from services.reporting.writers.about import About
from services.reporting.writers.formats import Formats
from services.reporting.writers.lists import list_columns, list_rows
from services.reporting.writers.tree import Tree, tree_columns
from services.reporting.writers.words import say
from services.reporting.writers.workbook import Book

_ORDERS = {NodeSort.SHARE: "target"}


async def write_list(making: Making, path: Path) -> About:
    """Write the list there; answers its mark. Raises TooManyRowsError."""
    wish, zone = making.order.wish, ZoneInfo(making.order.zone)
    shown = ListShown.model_validate(wish.shown["list"])
    async with making.readings.listing(making.past, patiently=True) as (figures, rows):
        about = await about_of(making, figures, await _told(making, shown))
        with Book(about.title, list_columns(wish.language)) as book:
            async for part in _parts(making, figures, rows, shown):
                await asyncio.to_thread(book.add, list_rows(part, wish.language, zone))
                making.progress(book.rows)
            await asyncio.to_thread(book.save, path, about)
    return about


async def write_tree(making: Making, path: Path) -> About:
    """Write the tree of the same follow-ups there; answers its mark. Raises TooManyRowsError.

    A share is nobody's in particular once clients are filtered, so that the tree has targets only while they are not.
    """
    wish, words = making.order.wish, say(making.order.wish.language)
    shown = ListShown.model_validate(wish.shown["list"])
    ordered = TreeShown.model_validate(wish.shown.get("tree", {}))
    nesting = [Dimension(one) for one in wish.shown["nesting"]]
    levels = ", ".join(words[f"kind.{one}"] for one in nesting)
    with tempfile.TemporaryFile(dir=making.order.folder) as waiting:
        structure = await making.names.structure(making.scope, making.past)
        tree = Tree(nesting, structure, wish.language, waiting, sort=ordered.sort, descending=ordered.descending)
        async with making.readings.listing(making.past, patiently=True) as (figures, rows):
            narrowed = (await _told(making, shown))[:-1]
            order = f"{words[_ORDERS.get(ordered.sort, ordered.sort)]}, {_direction(words, ordered.descending)}"
            about = await about_of(making, figures, [*narrowed, (words["nesting"], levels), (words["order"], order)])
            count = 0
            async for part in _parts(making, figures, rows, shown, counted=True):
                await asyncio.to_thread(tree.add, part)
                count += len(part)
                making.progress(count)
            if shown == ListShown(sort=shown.sort, descending=shown.descending):
                asked = await asked_for(
                    figures, making.scope, making.day, campaign_id=wish.campaign_id, statuses=wish.statuses
                )
                campaign_ids = [one.campaign_id for one in asked]
                tree.add_shares(await making.names.shares(making.scope, campaign_ids, making.past))
        with Book(about.title, tree_columns(wish.language), outlined=True) as book:
            await asyncio.to_thread(book.add_all, tree.rows())
            await asyncio.to_thread(book.save, path, about)
    return about


def _parts(
    making: Making, figures: Figures, rows: FollowUpRows, shown: ListShown, *, counted: bool = False
) -> AsyncIterator[Sequence[Listed]]:
    wish, wanted = making.order.wish, shown.wanted(making.scope, making.day)
    return read_whole_list(
        figures,
        rows,
        wanted,
        shown.order(),
        campaign_id=wish.campaign_id,
        statuses=wish.statuses,
        counted=counted,
    )


async def _told(making: Making, shown: ListShown) -> list[tuple[str, str]]:
    """The list's own filters and its order, in words."""
    words, formats = say(making.order.wish.language), Formats(making.order.wish.language)
    told = [
        ("state", ", ".join(words[f"state.{one}"] for one in shown.state)),
        ("result", ", ".join(words[one.value] for one in shown.result)),
        ("conclusion", ", ".join(words[f"conclusion.{one}"] for one in shown.conclusion)),
        ("step", shown.step or ""),
        ("text", shown.text or ""),
        ("overdue", "" if shown.overdue is None else words["yes" if shown.overdue else "no"]),
        ("present_potential", _between(shown.potential_from, shown.potential_to, formats, words)),
        ("collected", _between(shown.collected_from, shown.collected_to, formats, words)),
    ]
    if shown.entry_from is not None or shown.entry_to is not None:
        dates = words["between"].format(start=formats.day(shown.entry_from), end=formats.day(shown.entry_to))
        told.append(("entry_date", dates))
    if shown.present_advisor_id is not None:
        told.append(("present_advisor", await making.names.person(str(shown.present_advisor_id)) or words["unknown"]))
    return [
        *((words[name], text) for name, text in told if text),
        (words["order"], f"{words[f'order.{shown.sort}']}, {_direction(words, shown.descending)}"),
    ]


def _direction(words: Mapping[str, str], descending: bool) -> str:  # noqa: FBT001
    return words["descending" if descending else "ascending"]


def _between(least: Decimal | None, most: Decimal | None, formats: Formats, words: Mapping[str, str]) -> str:
    if least is None and most is None:
        return ""
    return words["between"].format(start=formats.euros(least), end=formats.euros(most))
