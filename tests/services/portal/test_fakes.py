"""The fake APIs answer in the shapes of the real ones, so that what holds for one holds for the other."""

import httpx
import pytest
from pydantic import BaseModel

from services.campaign.schemas.shown import CampaignPage
from services.directory.schemas.holdings import AccountPage, TransactionPage
from services.directory.schemas.reads import ClientOut, ClientPage, Me
from services.followup.schemas import CommandOut, DuePage, FollowUpOut, FollowUpPage, Timeline, ToDoCountsOut, ToDoPage
from services.notification.schemas import NoticePage, NoticeShown, NoticeWithClients, UnreadCount
from services.reporting.schemas.figures import CampaignsOut, ReportOut
from tests.support.fakes_portal import NOTICE_ID, FakeApis
from tests.support.fakes_portal_follow_up import CAMPAIGN_ID, CLIENT_ID, FOLLOW_UP_ID

FOLLOW_UP = f"/api/followups/{FOLLOW_UP_ID}"


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(FakeApis(token=None).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://apis.test") as client:
        command = {"kind": "CompleteStep", "step_id": "call", "ticked": ["said"], "note": "Oui"}
        conclusion = {"kind": "Conclude", "conclusion": "SALE", "on": "2026-11-24", "collected": "12.00"}
        for number, body in enumerate((command, conclusion)):
            answer = await client.post(f"{FOLLOW_UP}/commands", json=body, headers={"Idempotency-Key": str(number)})
            fits(CommandOut, answer.json(), partly=True)
        yield client


def fits(model: type[BaseModel], answer: dict, *, partly: bool = False) -> None:
    """Readable as the model, with no field that the real API lacks, and (unless `partly`) with all that it has."""
    model.model_validate(answer)
    assert set(answer) <= set(model.model_fields)
    assert partly or set(answer) == set(model.model_fields)


@pytest.mark.parametrize(
    ("path", "model", "partly"),
    [
        ("/api/directory/me", Me, False),
        ("/api/directory/clients", ClientPage, False),
        (f"/api/directory/clients/{CLIENT_ID}", ClientOut, False),
        (f"/api/directory/clients/{CLIENT_ID}/accounts", AccountPage, False),
        (f"/api/directory/clients/{CLIENT_ID}/transactions", TransactionPage, False),
        (f"/api/followups/clients/{CLIENT_ID}/timeline", Timeline, False),
        ("/api/notifications/notices", NoticePage, False),
        (f"/api/notifications/notices/{NOTICE_ID}", NoticeWithClients, False),
        ("/api/notifications/unread-count", UnreadCount, False),
        ("/api/campaigns", CampaignPage, False),
        ("/api/reports/campaigns", CampaignsOut, False),
        (f"/api/reports/indicators?campaign_id={CAMPAIGN_ID}", ReportOut, False),
        ("/api/followups/to-do/counts", ToDoCountsOut, False),
        ("/api/followups/due", DuePage, False),
        ("/api/followups/to-do/offered", ToDoPage, False),
        ("/api/followups/to-do/conclusions", ToDoPage, False),
        ("/api/followups?status=CONCLUDED", FollowUpPage, False),
        (FOLLOW_UP, FollowUpOut, False),
        (f"{FOLLOW_UP}/timeline", Timeline, False),
        (f"/api/followups/commands/{FOLLOW_UP_ID}", CommandOut, True),
    ],
)
async def test_answers_have_the_shape_of_the_real_ones(client, path, model, partly):
    answer = await client.get(path)

    fits(model, answer.json(), partly=partly)


async def test_the_parts_of_an_answer_have_it_too(client):
    follow_up = (await client.get(FOLLOW_UP)).json()
    page = (await client.get(f"/api/notifications/notices/{NOTICE_ID}")).json()
    row = (await client.get("/api/followups?status=CONCLUDED")).json()["items"][0]

    assert set(follow_up["steps"][0]) == set(FollowUpOut.model_fields["steps"].annotation.__args__[0].model_fields)
    assert set(page["notice"]) == set(NoticeShown.model_fields)
    assert set(page["clients"][0]) == set(NoticeWithClients.model_fields["clients"].annotation.__args__[0].model_fields)
    assert set(row) == set(FollowUpPage.model_fields["items"].annotation.__args__[0].model_fields)
