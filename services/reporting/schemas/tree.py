"""The detail tree, level by level."""

import base64
import json

from services.reporting.ports.reading import Axis
from services.reporting.schemas.listing import ListedOut
from services.reporting.schemas.parts import Out
from services.reporting.schemas.rows import SumsOut
from services.reporting.use_cases.breakdown import rates_of
from services.reporting.use_cases.tree import Level, Node
from shared.rulebook.errors import Invalid

_PARTS = 2


class NodeOut(SumsOut):
    """One node with the sums of all below it; `path` opens it and is null where nothing opens."""

    level: Level
    id: str | None
    name: str | None
    external_id: str | None
    path: str | None
    follow_up: ListedOut | None
    """Of a client with one follow-up here: where it stands."""

    @classmethod
    def of(cls, node: Node, above: str) -> "NodeOut":
        """The node below that path."""
        here = f"{node.level}:{node.id}"
        return cls(
            level=node.level,
            id=node.id,
            name=node.name,
            external_id=node.external_id,
            path=(f"{above}/{here}" if above else here) if node.opens else None,
            **cls.sums_of(node.totals, node.share, rates_of(node.totals, node.share)),
            follow_up=None if node.follow_up is None else ListedOut.of(node.follow_up),
        )


class TreeOut(Out):
    """One level: units first, then what lies in the node itself. `next` is null at the end."""

    as_of: str
    axis: Axis
    nodes: list[NodeOut]
    next: str | None


def after_of(nodes: list[Node], *, more: bool) -> str | None:
    """Where the page ended, as one word."""
    if not more:
        return None
    last = nodes[-1]
    place = [last.key or "" if last.level is Level.CLIENT else last.level.value, last.id or ""]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def tree_place(cursor: str | None) -> tuple[str, str] | None:
    """The place that a page ended at. Raises Invalid `cursor_invalid`."""
    if cursor is None:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise Invalid("cursor_invalid") from error
    if not (isinstance(told, list) and len(told) == _PARTS and all(isinstance(one, str) for one in told)):
        raise Invalid("cursor_invalid")
    key, identifier = told
    if "\0" in key + identifier:
        raise Invalid("cursor_invalid")
    return key, identifier
