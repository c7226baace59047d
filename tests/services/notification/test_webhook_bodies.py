"""A webhook's body tells ids, dates, states and amounts: no name and no text of anybody leaves by it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest

from services.notification.schemas.webhooks import EventType
from services.notification.use_cases.webhook_bodies import EVENT_TYPES, telling_of
from shared.contracts.campaign import CampaignDefined, CampaignMoment, MomentKind, StepDefinition
from shared.contracts.followup import FactRecorded, SignalDecided
from shared.contracts.wire import CloudEvent, Event
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Conclusion, ConclusionKind
from shared.rulebook.ids import campaign_id
from shared.rulebook.steps import StepKind
from tests.support.stories_notification import a_definition, a_fact

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
C = campaign_id("retirement")


def body_of(event: Event) -> dict:
    envelope = CloudEvent[type(event)].of(event, source="followup", time=NOW)  # type: ignore[misc]
    told = telling_of(envelope)
    assert (told.event_id, told.event_type, told.at) == (event.event_id, event.type, NOW)
    return json.loads(told.body)


def test_a_conclusion_is_told_as_a_cloud_event_with_its_amount():
    fact = Fact(
        kind=FactKind.CONCLUDED,
        on=date(2026, 11, 24),
        version=2,
        conclusion=Conclusion(ConclusionKind.SALE, date(2026, 11, 24), Decimal("12.50"), ("call",), "anne"),
    )
    event = FactRecorded.model_validate({**a_fact(C, "rich", "anne").model_dump(), "fact": fact})

    body = body_of(event)

    assert {name: body[name] for name in ("specversion", "type", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "type": "campaigns.followup.fact_recorded.v1",
        "source": "jalon/followup",
        "subject": event.follow_up_id,
        "datacontenttype": "application/json",
    }
    assert (body["data"]["kind"], body["data"]["number"]) == ("Concluded", event.number)
    assert body["data"]["conclusion"]["collected"] == "12.50"
    assert "after" not in body["data"]


def test_a_definition_is_told_without_its_texts():
    secret = "Only for Mrs Martin"
    step = StepDefinition(
        id="call",
        title=secret,
        kind=StepKind.TASK,
        mandatory=True,
        note=secret,
        email_subject=secret,
        email_body=secret,
    )
    definition = a_definition(C)
    event = CampaignDefined.model_validate(
        {**definition.model_dump(), "name": secret, "note": secret, "steps": [step.model_dump()], "sales_step": "call"}
    )

    body = body_of(event)

    assert secret not in json.dumps(body)
    assert body["data"]["steps"] == [{"id": "call", "kind": "TASK", "mandatory": True}]
    assert (body["data"]["campaign_id"], body["data"]["version"]) == (C, definition.version)


@pytest.mark.parametrize(
    "event",
    [
        CampaignMoment(campaign_id=C, kind=MomentKind.END, on=date(2026, 12, 31)),
        SignalDecided(
            signal_id="s-1",
            verdict="refused",
            command_id="c",
            follow_up_id="f",
            code="step_unknown",
            data={"step": "x"},
            at=NOW,
        ),
    ],
    ids=["moment", "verdict"],
)
def test_what_holds_ids_and_codes_only_is_told_whole(event):
    assert body_of(event)["data"] == event.model_dump(mode="json")


def test_the_interface_offers_just_what_can_be_told():
    assert get_args(EventType) == EVENT_TYPES
