"""What every file says of itself: of which day, for whose eyes, by which definition, and what its data hash to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.reporting.ports.exporting import Language
from services.reporting.ports.reading import Axis
from services.reporting.writers.formats import Formats
from services.reporting.writers.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The mark of a file. Names, never ids, except where nothing else is known."""

    title: str
    subject: str
    """The campaign's name, or that it is all of them."""
    as_of: date
    axis: Axis
    """Whether it is what was recorded by the end of that day, or what is known today to have happened by then."""
    reader: str
    reach: str
    filters: Sequence[tuple[str, str]]
    version: int | None
    """The definition that one campaign's figures follow."""
    made_at: datetime
    """In the deployment's zone."""
    language: Language

    def lines(self, *, checksum: str, rows: int | None = None) -> list[tuple[str, str]]:
        """Label and text of all that is to be told beside title and subject, in the reader's language."""
        words, formats = say(self.language), Formats(self.language)
        basis = words[f"axis.{self.axis}"]
        told = [
            (words["as_of"], f"{formats.day(self.as_of)} ({basis})"),
            (words["made_at"], formats.moment(self.made_at)),
            (words["reader"], self.reader),
            (words["reach"], self.reach),
            *self.filters,
            (words["version"], words["none"] if self.version is None else str(self.version)),
        ]
        if rows is not None:
            told.append((words["rows"], formats.count(rows)))
        return [*told, (words["checksum"], checksum)]
