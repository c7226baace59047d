"""A small network whose clients are queried: who is there, and how a query is sent."""

from typing import Any

import httpx

from shared.rulebook.access import AccessLevel
from tests.support.fakes_directory import a_principal

_USER = {"profile": "advisor"}


def _client(external_id: str, advisor: str, **changes: Any) -> dict[str, Any]:
    return {"external_id": external_id, "advisor": advisor} | changes


PATHS = {"anne": ("network", "north", "lille"), "cleo": ("network", "north", "arras"), "max": ("network", "south")}
GIVEN = [
    _client("c1", "anne", name="Élodie", attributes={"segment": "Premium", "age": 50, "assets": 12000.5}),
    _client("c2", "anne", name="Bruno", attributes={"segment": "Standard", "birth_date": "1990-12-31", "assets": 9000}),
    _client("c3", "cleo", name="Zoé", attributes={"segment": "Premium", "Code postal": "59000", "vip": True}),
    _client("c4", "max", name="éric", attributes={"assets": "unknown"}),
]


async def people(door: Any) -> None:
    """Units, advisors and their clients; each advisor with a reach of their own, `north` above two of them."""
    await door.set_up_network()
    await door.put(
        "users",
        [{**_USER, "external_id": name, "name": name.title(), "unit": path[-1]} for name, path in PATHS.items()],
    )
    await door.put("clients", GIVEN)
    for name, path in PATHS.items():
        door.people[name] = a_principal(name, AccessLevel.OWN, path=path)
    door.people["north"] = a_principal("boss", AccessLevel.SUBTREE, path=("network", "north"))
    door.people["nobody"] = a_principal("nobody", path=("network",), administrator=True)


async def post(door: Any, path: str, *, by: str = "crm", language: str = "fr", **body: Any) -> httpx.Response:
    """Ask a query of somebody's clients."""
    headers = {"Authorization": f"Bearer {by}", "Accept-Language": language}
    answer: httpx.Response = await door.http.post(f"/api/directory/queries/{path}", json=body, headers=headers)
    return answer


async def names(door: Any, text: str, *, by: str = "crm") -> list[str]:
    """The names that a filter finds, in the order of the list."""
    answer = await post(door, "result", by=by, filter=text)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]
