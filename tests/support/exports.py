"""What the tests of files of figures ask and what their processes do."""

import json
import sys
from typing import Any

import httpx

from tests.support.stories_reporting import CAMPAIGN

PREFIX = "/api/reports/exports"
NOBODY = "11111111-1111-4111-8111-111111111111"
RESULTS = {"what": "results_by_advisor", "format": "pdf", "filters": {"campaign_id": CAMPAIGN}, "language": "en"}
_SAYING = "import sys; sys.stdin.readline(); print('{}', flush=True); {}"


async def asked(client: httpx.AsyncClient, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    """A new export."""
    answer = await client.post(PREFIX, json=body or RESULTS, headers=headers)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def shown(client: httpx.AsyncClient, export: dict[str, Any]) -> dict[str, Any]:
    """How far it is."""
    told: dict[str, Any] = (await client.get(f"{PREFIX}/{export['export_id']}")).json()
    return told


def a_process(say: dict[str, Any], then: str = "") -> tuple[str, ...]:
    """A process that reads its order, says this and does that."""
    return (sys.executable, "-c", _SAYING.format(json.dumps(say), then))
