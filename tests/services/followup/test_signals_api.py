"""The CRM's signals by HTTP: each has a verdict of its own, whatever the others are."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.followup.ports import UNCLEAR, EngineAnswer
from shared.runtime.security import crm_principal
from tests.services.followup.conftest import CAMPAIGN, MANAGER, STRANGER, Service, a_signal


async def test_each_signal_has_its_verdict_in_the_order_sent(service: Service) -> None:
    service.a_follow_up()
    first = a_signal(id="s-1")

    answer = await service.signals(
        first,
        a_signal(id="s-2", step=None),
        a_signal(id="s-3", step="paperwork"),
        a_signal(id="s-4", type="interaction_recorded", interaction="REMINDER"),
        {},
        first,
    )

    told = [(one["id"], one["verdict"], one["code"]) for one in answer.json()["verdicts"]]
    assert told[1:5] == [
        ("s-2", "refused", "invalid_signal"),
        ("s-3", "parked", "mandatory_step_missing"),
        ("s-4", "applied", None),
        ("", "refused", "invalid_signal"),
    ]
    assert told[0] == ("s-1", "applied", None)
    assert told[5][1] in {"duplicate", "pending"}


async def test_a_signal_again_is_a_duplicate_and_an_id_reused_is_refused_by_name(service: Service) -> None:
    service.a_follow_up()
    first = a_signal(id="s-1")
    await service.signals(first)

    answer = await service.signals(first, first | {"step": "meeting"})

    told = [(one["verdict"], one["code"], one["number"]) for one in answer.json()["verdicts"]]
    assert told == [("duplicate", None, 2), ("refused", "id_reused", None)]


async def test_a_lone_signal_whose_id_is_reused_has_its_verdict_as_in_a_batch(service: Service) -> None:
    service.a_follow_up()
    first = a_signal(id="s-1")
    await service.signals(first)

    answer = await service.signals(first | {"step": "meeting"})

    assert answer.status_code == 200
    told = [(one["id"], one["verdict"], one["code"]) for one in answer.json()["verdicts"]]
    assert told == [("s-1", "refused", "id_reused")]


async def test_a_signal_for_an_unknown_client_is_parked(service: Service) -> None:
    answer = await service.signals(a_signal(client="nobody yet"))

    assert [one["verdict"] for one in answer.json()["verdicts"]] == ["parked"]


async def test_a_campaign_is_named_by_its_id_or_by_its_key(service: Service) -> None:
    service.a_follow_up()

    by_id = await service.signals(a_signal(campaign=CAMPAIGN.upper()))
    by_key = await service.signals(a_signal(campaign="autumn"))

    assert by_id.json()["verdicts"][0]["verdict"] == "applied"
    assert by_key.json()["verdicts"][0]["verdict"] == "parked"


async def test_verdicts_are_asked_for_by_id_in_the_order_asked(service: Service) -> None:
    service.a_follow_up()
    await service.signals(a_signal(id="s-1"), a_signal(id="s-2", step="paperwork"))

    answer = await service.http.get("/api/followups/signals", params={"ids": ["s-9", "s-2", "s-1"]})

    told = [(one["id"], one["verdict"]) for one in answer.json()["verdicts"]]
    assert told == [("s-9", "unknown"), ("s-2", "parked"), ("s-1", "applied")]


async def test_a_signal_whose_verdict_is_open_is_pending(service: Service) -> None:
    service.a_follow_up()
    service.engine.answers = [EngineAnswer(failure=UNCLEAR)]

    answer = await service.signals(a_signal())

    assert answer.json()["verdicts"][0]["verdict"] == "pending"


async def test_only_the_crm_sends_and_asks(service: Service) -> None:
    service.asker = MANAGER

    sent = await service.http.post("/api/followups/signals", json={"signals": [a_signal()]})
    asked = await service.http.get("/api/followups/signals", params={"ids": ["s-1"]})

    assert [answer.status_code for answer in (sent, asked)] == [403, 403]
    assert sent.json()["data"] == {"missing": "crm"}


async def test_the_crm_reaches_the_clients_of_every_unit_and_a_person_of_another_unit_none(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.asker = STRANGER

    sent = await service.http.post("/api/followups/signals", json={"signals": [a_signal(id="s-1")]})
    done = await service.command(follow_up, "CompleteStep", step_id="first-call")
    of_the_crm = await service.signals(a_signal(id="s-2"))

    assert [(answer.status_code, answer.json()["code"]) for answer in (sent, done)] == [
        (403, "right_missing"),
        (404, "follow_up_unknown"),
    ]
    assert [one["verdict"] for one in of_the_crm.json()["verdicts"]] == ["applied"]
    assert [row.command.source_id for row in service.log.rows] == ["s-2"]


async def test_an_amount_on_a_refusal_and_a_conclusion_of_a_withdrawn_client_are_refused_by_name(
    service: Service,
) -> None:
    follow_up = service.a_follow_up()
    refusal = a_signal(type="concluded", step=None, kind="REFUSAL", collected="10.00")
    amount = await service.signals(refusal)
    service.asker = MANAGER
    await service.command(follow_up, "WithdrawClient")

    closed = await service.signals(a_signal(type="concluded", step=None, kind="SALE"))

    told = [answer.json()["verdicts"][0] for answer in (amount, closed)]
    assert [(one["verdict"], one["code"]) for one in told] == [
        ("refused", "amount_without_success"),
        ("refused", "closed"),
    ]
    assert told[1]["data"] == {"closing": "WITHDRAWN"}


async def test_more_than_a_thousand_are_refused_as_a_whole(service: Service) -> None:
    answer = await service.signals(*({} for _ in range(1001)))

    assert answer.status_code == 422
    assert service.log.rows == []


async def test_a_body_over_the_limit_is_refused_before_it_is_read(service: Service) -> None:
    answer = await service.signals(a_signal(note="x" * 1_100_000))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


BAD: dict[str, dict[str, Any]] = {
    "an empty id": {"id": ""},
    "an id that is a number": {"id": 7},
    "an endless id": {"id": "x" * 201},
    "an id with a nul": {"id": "a\x00b"},
    "an id with a line break": {"id": "a\nb"},
    "half a surrogate pair": {"id": "\ud800"},
    "an unknown type": {"type": "exploded"},
    "no client": {"client": None},
    "an unknown field": {"surprise": 1},
    "a moment without a zone": {"occurred_at": "2026-03-01T10:00:00"},
    "no moment": {"occurred_at": None},
    "a moment beyond all": {"occurred_at": "99999-01-01T00:00:00Z"},
    "a hostile step": {"step": "x'; drop table facts; --"},
    "ticks of a wrong type": {"ticked": "all"},
    "a negative amount": {"type": "concluded", "kind": "SALE", "collected": "-0.01"},
    "a conclusion without kind": {"type": "concluded"},
    "an interaction without kind": {"type": "interaction_recorded"},
    "a deep structure": {"note": {"a": [[[[{}]]]]}},
}


@pytest.mark.parametrize("case", BAD)
async def test_a_signal_that_cannot_be_read_is_refused_and_the_others_go_on(service: Service, case: str) -> None:
    service.a_follow_up()
    service.asker = crm_principal()
    bad = a_signal(id="bad") | BAD[case]

    answer = await service.http.post(
        "/api/followups/signals",
        content=json.dumps({"signals": [bad, a_signal(id="good")]}).encode(),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 200
    told = [(one["verdict"], one["code"]) for one in answer.json()["verdicts"]]
    assert told == [("refused", "invalid_signal"), ("applied", None)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b'{"signals": {}}', b'{"signals": [1]}'])
async def test_a_body_that_is_no_batch_is_refused(service: Service, body: bytes) -> None:
    service.asker = crm_principal()

    answer = await service.http.post(
        "/api/followups/signals", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 422


async def test_a_signal_of_tomorrow_is_refused_and_one_of_long_ago_too(service: Service) -> None:
    service.a_follow_up()
    now = service.clock.now()

    answer = await service.signals(
        a_signal(occurred_at=(now + timedelta(days=1)).isoformat()),
        a_signal(occurred_at=(now - timedelta(days=300)).isoformat()),
    )

    assert [one["code"] for one in answer.json()["verdicts"]] == ["in_the_future", "before_entry_date"]
