"""From a wish to a file: reads the figures as the reader sees them, and has them written."""

import asyncio
from pathlib import Path

from services.reporting.exporting.listing import write_list, write_tree
from services.reporting.exporting.making import Making, about_of
from services.reporting.exporting.printing import EDITIONS
from services.reporting.ports.exporting import What
from services.reporting.writers.about import About


async def produce(making: Making) -> tuple[str, Path]:
    """The file's name, and where it is. Raises RuleBroken for what the reader may not, or no longer, see."""
    wish = making.order.wish
    path = Path(making.order.folder) / f"made.{wish.format}"
    about = await _WRITERS.get(wish.what, _print)(making, path)
    return f"{about.title} - {about.subject.partition(' · ')[0]} - {making.day}.{wish.format}", path


async def _print(making: Making, path: Path) -> About:
    wish = making.order.wish
    async with making.readings.listing(making.past) as read:
        about = await about_of(making, read[0])
        write = await EDITIONS[wish.what](making, read, about, path)
    await asyncio.to_thread(write)
    return about


_WRITERS = {What.MANAGEMENT_LIST: write_list, What.DETAIL_TREE: write_tree}
