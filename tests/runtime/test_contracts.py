"""What crosses a process survives the way: events as CloudEvents, workflow messages as sparse JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload

from shared.contracts import registry
from shared.contracts.campaign import CampaignMoment, MomentKind
from shared.contracts.wire import Answer, CloudEvent, Event, Question
from shared.contracts.workflow import CampaignDates, FollowUpCommand
from shared.rulebook.commands import Circumstances, CompleteStep
from shared.runtime.outbox import cloud_event_bytes
from shared.runtime.streams import stream_of, type_of
from shared.runtime.temporal import DATA_CONVERTER

MOMENT = CampaignMoment(campaign_id="c1", kind=MomentKind.END, on=date(2026, 3, 1))
COMMAND = FollowUpCommand(
    command=CompleteStep("s1", frozenset({"i1"})),
    circumstances=Circumstances(date(2026, 3, 1), date(2026, 3, 1), "alice"),
    recorded=3,
    deadline=datetime(2026, 3, 1, tzinfo=UTC),
    version=2,
)


def declared(base: type) -> set[type]:
    """Every model of the contracts below `base`."""
    found = {child for child in base.__subclasses__() if child.__module__.startswith("shared.contracts")}
    return found | {deeper for child in found for deeper in declared(child)}


def test_the_registry_knows_every_event_question_and_answer():
    assert set(registry.EVENTS) == declared(Event)
    assert {question for question, _ in registry.QUESTIONS} == declared(Question)
    assert {answer for _, answer in registry.QUESTIONS} == declared(Answer)


def test_names_on_the_wire_are_unique_and_say_owner_and_version():
    types = [event.type for event in registry.EVENTS]
    subjects = [question.subject for question, _ in registry.QUESTIONS]

    assert len({*types, *subjects}) == len(types) + len(subjects)
    assert all(name.startswith("campaigns.") and name.endswith(".v1") and name.count(".") == 3 for name in types)
    assert all(name.startswith("questions.") and name.endswith(".v1") and name.count(".") == 3 for name in subjects)


def test_an_event_travels_as_a_cloud_event_with_all_its_data():
    body = cloud_event_bytes(MOMENT, source="campaign")
    wire = json.loads(body)

    assert {key: wire[key] for key in ("specversion", "id", "source", "type", "subject")} == {
        "specversion": "1.0",
        "id": "moment/c1/END",
        "source": "jalon/campaign",
        "type": "campaigns.campaign.moment.v1",
        "subject": "c1",
    }
    assert wire["data"] == {"campaign_id": "c1", "kind": "END", "on": "2026-03-01"}
    assert CloudEvent[CampaignMoment].model_validate_json(body).data == MOMENT


def test_the_type_and_the_stream_follow_from_the_subject():
    assert MOMENT.subject == "campaigns.campaign.moment.v1.c1"
    assert type_of(MOMENT.subject) == CampaignMoment.type
    assert stream_of(CampaignMoment) == "CAMPAIGN"


async def _there_and_back(value: BaseModel) -> tuple[Payload, object]:
    (payload,) = await DATA_CONVERTER.encode([value])
    (back,) = await DATA_CONVERTER.decode([payload], [type(value)])
    return payload, back


async def test_a_workflow_message_leaves_out_what_is_not_set_and_comes_back_whole():
    payload, back = await _there_and_back(COMMAND)

    assert back == COMMAND
    assert json.loads(payload.data).keys() == {"command", "circumstances", "recorded", "deadline", "version"}


async def test_none_in_a_field_that_may_be_none_comes_back():
    day, instant = date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)
    dates = CampaignDates(
        campaign_id="c1", version=1, notice_at=None, start_at=instant, end_at=instant,
        notice_on=None, start_on=day, end_on=day,
    )  # fmt: skip
    _, back = await _there_and_back(dates)

    assert back == dates


async def test_plain_values_and_nothing_travel_too():
    payloads = await DATA_CONVERTER.encode([None, {"a": None, "b": Decimal("1.10")}, [1]])

    assert await DATA_CONVERTER.decode(payloads) == [None, {"a": None, "b": "1.10"}, [1]]
