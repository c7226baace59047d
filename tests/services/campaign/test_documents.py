"""Documents of steps are sent to a campaign, attached by a save, read by whoever sees it, and swept when unused."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.campaign.store.documents import kept_documents
from services.campaign.tables import documents
from tests.services.campaign.conftest import NOW, STEPS, a_campaign, code_of, running

PDF = b"%PDF-1.7 a brochure"
NAMED = {"Content-Disposition": "attachment; filename*=UTF-8''Brochure%20%C3%A9t%C3%A9.pdf"}


@pytest.fixture
async def narrow_door(settings, follow_ups):
    """The service where a document has a thousand bytes at most."""
    async with running(settings.model_copy(update={"max_document_bytes": 1000}), follow_ups) as door:
        yield door


async def send(door, campaign, *, by="boss", content=PDF):
    answer = await door.ask("POST", f"/{campaign['campaign_id']}/documents", by=by, content=content, headers=NAMED)
    assert answer.status_code == 201, answer.text
    return answer.json()


def with_documents(*ids):
    return [STEPS[0] | {"documents": list(ids)}, *STEPS[1:]]


async def with_one(door, **changes):
    """A campaign whose first step has a document, and the document."""
    created = await door.create(**changes)
    sent = await send(door, created)
    changed = await door.change(created, steps=with_documents(sent["document_id"]), **changes)
    assert changed.status_code == 200, changed.text
    return changed.json(), sent


async def test_a_document_is_sent_attached_by_a_save_told_to_everybody_and_read(door, heard):
    campaign, sent = await with_one(door)

    (attached,) = campaign["steps"][0]["documents"]
    answer = await door.ask("GET", f"/{campaign['campaign_id']}/documents/{sent['document_id']}")

    assert attached == {
        "id": sent["document_id"],
        "name": "Brochure été.pdf",
        "media_type": "application/pdf",
        "size": 19,
        "sha256": sent["sha256"],
    }
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''Brochure%20%C3%A9t%C3%A9.pdf")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await heard(2))[1].steps[0].documents[0].name == "Brochure été.pdf"


async def test_a_page_sends_the_same_by_a_form(door):
    created = await door.create()

    answer = await door.ask(
        "POST", f"/{created['campaign_id']}/documents", files={"file": ("plan.pdf", PDF, "application/pdf")}
    )

    assert (answer.status_code, answer.json()["name"]) == (201, "plan.pdf")


async def test_an_advisor_with_a_targeted_client_reads_it_and_one_without_does_not(door):
    campaign, sent = await with_one(door)
    await door.target(campaign["campaign_id"], [{"client": "c1"}])
    path = f"/{campaign['campaign_id']}/documents/{sent['document_id']}"

    assert (await door.ask("GET", path, by="anne")).content == PDF
    assert (await door.ask("GET", path, by="vera")).status_code == 404


async def test_what_the_campaign_does_not_show_yet_or_any_more_is_for_who_may_change_it(door):
    campaign, sent = await with_one(door)
    await door.target(campaign["campaign_id"], [{"client": "c1"}])
    unattached = await send(door, campaign)
    removed = await door.change(campaign)
    paths = [f"/{campaign['campaign_id']}/documents/{one['document_id']}" for one in (sent, unattached)]

    assert removed.json()["steps"][0]["documents"] == []
    assert [(await door.ask("GET", path, by="anne")).status_code for path in paths] == [404, 404]
    assert [(await door.ask("GET", path)).status_code for path in paths] == [200, 200]


async def test_a_version_keeps_the_documents_it_had(door, database):
    campaign, sent = await with_one(door)
    await door.change(campaign)

    await kept_documents(database, max_bytes=1).sweep(uploaded_before=NOW + timedelta(days=2))
    versions = (await door.ask("GET", f"/{campaign['campaign_id']}/versions")).json()["items"]
    read = await door.ask("GET", f"/{campaign['campaign_id']}/documents/{sent['document_id']}")

    assert [len(one["definition"]["steps"][0]["documents"]) for one in versions] == [0, 1, 0]
    assert read.content == PDF


async def test_who_may_not_change_the_campaign_sends_nothing(door):
    campaign = await door.create()
    await door.target(campaign["campaign_id"], [{"client": "c1"}])
    path = f"/{campaign['campaign_id']}/documents"

    reader = await door.ask("POST", path, by="reader", content=PDF, headers=NAMED)
    stranger = await door.ask("POST", path, by="south", content=PDF, headers=NAMED)

    assert (reader.status_code, reader.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert stranger.status_code == 404


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (("page.html", b"<html>"), 422, "document_type_not_allowed"),
        (("page.pdf", b"<html>"), 422, "document_type_differs"),
        (("empty.pdf", b""), 422, "document_empty"),
        (("/", PDF), 422, "document_name_missing"),
        (("large.pdf", PDF * 100), 413, "too_large"),
    ],
)
async def test_a_file_that_is_not_kept_is_refused_by_name(narrow_door, database, file, status, code):
    campaign = await narrow_door.create()

    refused = await narrow_door.ask(
        "POST", f"/{campaign['campaign_id']}/documents", files={"file": (*file, "application/octet-stream")}
    )

    assert (refused.status_code, code_of(refused)) == (status, code)
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(documents.documents)) == 0


async def test_a_step_refers_to_documents_of_its_own_campaign_only(door):
    _, sent = await with_one(door)
    campaign = await door.create()

    borrowed = await door.change(campaign, steps=with_documents(sent["document_id"]))
    preview = await door.ask(
        "POST", f"/{campaign['campaign_id']}/preview", json=a_campaign(steps=with_documents(sent["document_id"]))
    )
    new = await door.ask("POST", json=a_campaign(steps=with_documents(sent["document_id"])))

    answers = [borrowed, preview, new]
    assert [(one.status_code, code_of(one)) for one in answers] == [(422, "document_unknown")] * 3
    assert borrowed.json()["data"] == {"documents": [sent["document_id"]]}


async def test_only_tasks_carry_documents_and_each_once(door):
    campaign, sent = await with_one(door)
    one = sent["document_id"]

    twice = await door.change(campaign, steps=with_documents(one, one))
    reminder = await door.change(campaign, steps=[STEPS[0], STEPS[1] | {"documents": [one]}, STEPS[2]])

    assert [problem["code"] for problem in twice.json()["data"]["problems"]] == ["document_twice"]
    assert [problem["code"] for problem in reminder.json()["data"]["problems"]] == ["documents_only_on_tasks"]


async def test_a_duplicate_has_the_documents_without_a_byte_more(door, database):
    campaign, sent = await with_one(door)
    dates = {"start_date": "2026-06-01", "end_date": "2026-07-31"}

    made = (await door.ask("POST", f"/{campaign['campaign_id']}/duplicate", json=dates)).json()

    (copy,) = made["steps"][0]["documents"]
    assert copy["id"] != sent["document_id"]
    assert (await door.ask("GET", f"/{made['campaign_id']}/documents/{copy['id']}")).content == PDF
    assert (await door.ask("GET", f"/{made['campaign_id']}/documents/{sent['document_id']}")).status_code == 404
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(documents.chunks)) == 1


async def test_the_documents_of_a_deleted_campaign_are_swept(door, database):
    campaign, _ = await with_one(door)
    await door.ask("DELETE", f"/{campaign['campaign_id']}")

    assert await kept_documents(database, max_bytes=1).sweep(uploaded_before=NOW + timedelta(days=2)) == 1


async def test_an_archived_campaign_takes_no_document(door):
    campaign = await door.create(end_date="2026-04-19")
    await door.ask("POST", f"/{campaign['campaign_id']}/archive")

    refused = await door.ask("POST", f"/{campaign['campaign_id']}/documents", content=PDF, headers=NAMED)

    assert (refused.status_code, code_of(refused)) == (409, "archived")
