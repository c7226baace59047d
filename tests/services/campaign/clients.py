"""What tests on the clients of a campaign share."""

from datetime import date
from decimal import Decimal

from shared.contracts.followup import FactRecorded
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.ids import client_id, follow_up_id, user_id
from tests.services.campaign.conftest import NOW


def a_fact(campaign_id, client, number, kind, *, closing=None, entry=date(2026, 4, 20), potential="0.00"):
    """What a follow-up tells, with the state after it."""
    client = client_id(client)
    return FactRecorded(
        follow_up_id=follow_up_id(campaign_id, client),
        campaign_id=campaign_id,
        client_id=client,
        number=number,
        fact=Fact(kind, date(2026, 4, 20), 1),
        after=FollowUp(number, entry, Decimal(potential), Decimal(0), user_id("anne"), closing=closing),
        occurred_at=NOW,
        received_at=NOW,
        recorded_at=NOW,
        door="job",
        actor="tests",
    )


async def a_campaign_of(door, *clients, **changes):
    """A campaign with these clients in it."""
    campaign = await door.create(**changes)
    await door.target(campaign["campaign_id"], [{"client": one} for one in clients])
    return campaign["campaign_id"]


async def do(door, campaign_id, what, clients, *, by="boss", **more):
    answer = await door.ask("POST", f"/{campaign_id}/clients/{what}", by=by, json={"clients": clients} | more)
    assert answer.status_code == 202, answer.text
    return await door.job_when_worked(campaign_id, answer.json()["job_id"], by=by)


async def rows(door, campaign_id, *, by="boss", **wanted):
    answer = await door.ask("GET", f"/{campaign_id}/clients", by=by, params=wanted)
    assert answer.status_code == 200, answer.text
    return {one["external_id"]: one for one in answer.json()["items"]}
