"""What the person who runs a replay sees meanwhile: one bar per part of the work, on the error stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Report(Protocol):
    """How far one part of the work is."""

    def advance(self, by: int) -> None:
        """So much more was done."""

    def reach(self, done: int) -> None:
        """So much is done in all."""


class Bars:
    """The bars, in the order in which they are begun."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, what: str, total: int) -> Report:
        """Show a new bar."""
        return _Bar(self._progress, what, total)


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars while the context lasts; where nobody watches, they are printed once at its end."""
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)


class _Bar:
    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=total)

    def advance(self, by: int) -> None:
        self._progress.advance(self._task, by)

    def reach(self, done: int) -> None:
        self._progress.update(self._task, completed=done)
