"""Structure, people and clients, as the CRM puts them into the directory."""

from collections.abc import Iterable, Sequence
from itertools import islice

from tools.replay.plan import Json
from tools.replay.progress import Report
from tools.replay.session import ReplayError, Session

_PAGE = 2000


async def put(session: Session, kind: str, items: Iterable[Json], report: Report) -> None:
    """Put the items, a page at a time; raises ReplayError when a row is refused."""
    rest = iter(items)
    while page := list(islice(rest, _PAGE)):
        answer = await session.put(f"/api/directory/{kind}", {"items": page})
        if answer["errors"]:
            raise ReplayError(f"the directory refuses {kind}: {_first(answer['errors'])}")
        report.advance(len(page))


def _first(errors: Sequence[Json]) -> str:
    return "; ".join(f"{error['external_id']}: {error['detail']}" for error in errors[:5])
