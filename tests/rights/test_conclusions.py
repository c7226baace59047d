"""Who corrects a conclusion (spec 5.7): whoever recorded it, or a holder of `manage_campaigns`, with reach."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.rights.network import Target, a_campaign, day, recorded, targeted
from tests.support.five_services import FiveServices, Servers, running_services, until

_TARGET = Target("irma", owner="igor", campaign="in-metz")
_PAGE = f"/api/followups/{_TARGET.ids()['follow_up_id']}"
_PEOPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "irma": ("metz", {"access_level": "OWN"}),
    "igor": ("metz", {"access_level": "UNIT", "manage_campaigns": True}),
    "ivan": ("metz", {"access_level": "UNIT"}),
    "inga": ("toul", {"access_level": "UNIT", "manage_campaigns": True}),
    "iris": ("metz", {"manage_campaigns": True}),
}
"""The client's advisor, her manager, a colleague, a manager elsewhere, and a manager who reaches nobody."""
_MANAGE = (403, "manage_campaigns")
_NOT_THEIRS: dict[str, tuple[int, str | None]] = {
    "ivan": _MANAGE,
    "inga": (404, None),
    "iris": (403, "access_level"),
}
"""What these are answered about a conclusion that they did not record: the status, and the right that they miss."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(module_database: str, nats_url: str, temporal_address: str) -> AsyncIterator[FiveServices]:
    """With people of names that no other module uses on the same NATS."""
    async with running_services(Servers(module_database, nats_url, temporal_address)) as services:
        await services.put("units", *({"external_id": unit, "name": unit} for unit in ("metz", "toul")))
        profiles = [{"external_id": name, "name": name, **rights} for name, (_, rights) in _PEOPLE.items()]
        await services.put("profiles", *profiles)
        users = [
            {"external_id": name, "name": name, "unit": unit, "profile": name} for name, (unit, _) in _PEOPLE.items()
        ]
        await services.put("users", *users)
        await services.put("clients", {"external_id": _TARGET.client, "name": _TARGET.client, "advisor": "irma"})
        await a_campaign(services, _TARGET)
        await targeted(services, _TARGET)
        for name in ("irma", "igor", "ivan"):
            await until(lambda name=name: _sees(services, name))
        yield services


@pytest.mark.parametrize(
    ("recorder", "allowed", "refused"),
    [
        ("irma", ("irma", "igor"), _NOT_THEIRS | {"crm": _MANAGE}),
        ("crm", ("crm", "igor"), _NOT_THEIRS | {"irma": _MANAGE}),
        ("igor", ("igor",), _NOT_THEIRS | {"irma": _MANAGE, "crm": _MANAGE}),
    ],
)
async def test_a_conclusion_is_corrected_by_its_recorder_and_by_managers_who_reach_the_client(
    services: FiveServices, recorder: str, allowed: tuple[str, ...], refused: dict[str, tuple[int, str | None]]
) -> None:
    for by in allowed:
        await recorded(services, _PAGE, {"kind": "Conclude", "conclusion": "SALE", "collected": "10.00"}, by=recorder)
        wrong = {name: await _corrections(services, name) for name in refused}

        await recorded(services, _PAGE, _amendment(by), by=by)
        after = {name: await _corrections(services, name) for name in refused}
        await recorded(services, _PAGE, {"kind": "WithdrawConclusion", "note": "Erreur"}, by=by)

        assert wrong == {name: [answer] * 2 for name, answer in refused.items()}
        assert after == wrong


def _amendment(by: str) -> dict[str, Any]:
    said = {"conclusion": "SIGNATURE", "on": day(0), "collected": "11.00", "note": f"Par {by}"}
    return {"kind": "AmendConclusion", **said}


async def _corrections(services: FiveServices, by: str) -> list[tuple[int, str | None]]:
    """What this person is answered who would amend the conclusion, and withdraw it."""
    wishes = [_amendment(by), {"kind": "WithdrawConclusion", "note": "Erreur"}]
    answers = [await services.ask("POST", f"{_PAGE}/commands", by=by, json=one) for one in wishes]
    return [(one.status_code, one.json()["data"].get("missing") if one.status_code == 403 else None) for one in answers]


async def _sees(services: FiveServices, name: str) -> bool:
    """Whether the follow-up service has heard where this person and the client's advisor sit."""
    return (await services.ask("GET", _PAGE, by=name)).is_success
