"""E-mails to clients as the service needs them sent; until something sends, they are recorded as sent elsewhere."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """The text of an e-mail; `unfilled` are the fields of its template that could not be filled."""

    subject: str
    body: str
    unfilled: tuple[str, ...] = ()


class Letters(Protocol):
    """Sends by whatever carries mail."""

    async def send(self, command_id: str, to: str, letter: Letter) -> None:
        """Hand it over for delivery, once for the command however often it is asked; raise to be asked again."""
