"""Files of interactions by HTTP on the real database and engine: sent, attached by facts, taken away, never lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from services.followup.store.attachments import PostgresAttachments
from services.followup.store.checking import PostgresRecords
from services.followup.use_cases.check_timelines import check_timelines
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import WithdrawClient
from tests.integration.followup.door import PATH, Door
from tests.integration.followup.world import World

PDF = b"%PDF-1.7 a letter"


async def sent(door: Door, follow_up: str, name: str = "letter.pdf", content: bytes = PDF) -> dict[str, Any]:
    answer = await send(door, follow_up, name, content)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def send(door: Door, follow_up: str, name: str, content: bytes = PDF) -> httpx.Response:
    files = {"file": (name, content, "application/octet-stream")}
    return await door.http.post(f"/api/followups/{follow_up}/attachments", files=files)


async def read(door: Door, follow_up: str, document_id: str) -> httpx.Response:
    return await door.http.get(f"/api/followups/{follow_up}/attachments/{document_id}")


async def kept(world: World) -> int:
    async with world.database.reading() as conn:
        return int((await conn.execute(sa.text("select count(*) from documents"))).scalar_one())


async def bytes_kept(world: World) -> int:
    async with world.database.reading() as conn:
        return int((await conn.execute(sa.text("select count(*) from document_chunks"))).scalar_one())


async def test_files_come_with_any_command_and_taking_one_away_is_a_fact_that_loses_nothing(
    world: World, door: Door
) -> None:
    follow_up = await world.a_follow_up()
    first, second = (
        (await sent(door, follow_up, "Relevé.pdf"))["document_id"],
        (await sent(door, follow_up))["document_id"],
    )
    await door.did(follow_up, "BeginStep", step_id="first-call", details={"attachments": [first]})
    await door.did(follow_up, "CompleteStep", step_id="first-call", details={"attachments": [first, second]})
    both = (await door.interactions(follow_up))["first-call"]["attachments"]
    await door.did(follow_up, "AmendInteraction", step_id="first-call", details={"attachments": [second]})
    one = (await door.interactions(follow_up))["first-call"]["attachments"]
    await door.did(follow_up, "AmendInteraction", step_id="first-call", details={"attachments": []})
    none = (await door.interactions(follow_up))["first-call"]["attachments"]
    while await PostgresAttachments(world.database, max_bytes=1).sweep(
        uploaded_before=world.clock.now() + timedelta(days=2)
    ):
        pass

    items = (await door.get(f"{follow_up}/timeline"))["items"]
    assert both == [
        {"id": first, "name": "Relevé.pdf", "media_type": "application/pdf", "size": 17},
        {"id": second, "name": "letter.pdf", "media_type": "application/pdf", "size": 17},
    ]
    assert ([file["id"] for file in one], none) == ([second], [])
    told = [item["details"]["attachments"] for item in items[1:]]
    assert [None if files is None else [file["id"] for file in files] for files in told] == [
        [first],
        [first, second],
        [second],
        None,
    ]
    answer = await read(door, follow_up, first)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert [checked.differences async for checked in check_timelines(PostgresRecords(world.database))] == [()]


async def test_unplanned_interactions_and_repetitions_carry_files_too(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    file = (await sent(door, follow_up))["document_id"]
    wish = {"interaction": "FOLLOW_UP_SHEET", "details": {"said": "Yes", "attachments": [file]}, "key": "k"}

    answers = [await door.command(follow_up, "RecordInteraction", **wish) for _ in range(2)]

    assert [answer.json()["verdict"] for answer in answers] == ["applied", "duplicate"]
    assert [one["name"] for one in (await door.interactions(follow_up))["#2"]["attachments"]] == ["letter.pdf"]


async def test_only_files_of_the_same_follow_up_are_attached_and_nothing_happens_otherwise(
    world: World, door: Door
) -> None:
    follow_up, other = await world.a_follow_up(), await world.a_follow_up()
    own, elsewhere = (await sent(door, follow_up))["document_id"], (await sent(door, other))["document_id"]

    answer = await door.command(
        follow_up, "RecordInteraction", interaction="TASK", details={"attachments": [own, elsewhere]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "document_unknown")
    assert answer.json()["data"] == {"documents": [elsewhere]}
    assert await world.kinds(follow_up) == ["ClientTargeted"]
    assert (await read(door, follow_up, elsewhere)).status_code == 404
    await PostgresAttachments(world.database, max_bytes=1).sweep(uploaded_before=world.clock.now() + timedelta(days=2))
    assert await kept(world) == 0  # nothing was attached, not even the one that is this follow-up's


@pytest.mark.parametrize(
    "wrong", [["x"], [str(uuid4())] * 2, [str(uuid4()) for _ in range(21)], "x", [None], {"id": str(uuid4())}]
)
async def test_what_is_no_list_of_at_most_twenty_files_is_refused(world: World, door: Door, wrong: object) -> None:
    follow_up = await world.a_follow_up(start=False)

    answer = await door.command(follow_up, "RecordInteraction", interaction="TASK", details={"attachments": wrong})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_out_of_reach_nothing_is_sent_read_or_attached(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    file = (await sent(door, follow_up))["document_id"]
    door.asker = Principal(str(uuid4()), "lille", PATH, True, access_level=AccessLevel.OWN)

    answers = [
        await send(door, follow_up, "letter.pdf"),
        await read(door, follow_up, file),
        await door.command(follow_up, "RecordInteraction", interaction="TASK", details={"attachments": [file]}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert await kept(world) == 1


async def test_a_withdrawn_follow_up_takes_no_file_and_shows_those_it_has(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    file = (await sent(door, follow_up))["document_id"]
    await world.do(follow_up, WithdrawClient())

    answer = await send(door, follow_up, "letter.pdf")

    assert (answer.status_code, answer.json()["code"]) == (409, "closed")
    assert (await read(door, follow_up, file)).content == PDF


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("in\u202efdp.pdf", "infdp.pdf"),
        ("a\x00b\x1f.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
async def test_a_hostile_name_is_cleaned(world: World, door: Door, given: str, shown: str) -> None:
    follow_up = await world.a_follow_up(start=False)

    answer = await door.http.post(
        f"/api/followups/{follow_up}/attachments",
        content=PDF,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(given)}"},
    )

    assert (answer.status_code, answer.json()["name"]) == (201, shown)


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (("page.html", b"<html>"), 422, "document_type_not_allowed"),
        (("page.pdf", b"<html>"), 422, "document_type_differs"),
        (("empty.pdf", b""), 422, "document_empty"),
        (("large.pdf", PDF * 100), 413, "too_large"),
    ],
)
async def test_what_is_not_kept_is_refused_by_name_and_leaves_nothing(
    world: World, door: Door, file: tuple[str, bytes], status: int, code: str
) -> None:
    follow_up = await world.a_follow_up(start=False)

    answer = await send(door, follow_up, *file)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await kept(world), await bytes_kept(world)) == (0, 0)


async def test_an_upload_that_breaks_off_leaves_nothing(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up(start=False)

    async def broken() -> AsyncIterator[bytes]:
        yield PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await door.http.post(
            f"/api/followups/{follow_up}/attachments",
            content=broken(),
            headers={"Content-Disposition": "attachment; filename=letter.pdf"},
        )

    assert (await kept(world), await bytes_kept(world)) == (0, 0)
