"""The generated documents hang together; that they are up to date is `make check`'s business."""

import re

import pytest
import yaml

from shared.contracts.registry import EVENTS, QUESTIONS
from shared.runtime.openapi import with_problems
from tools import reference


def references(text: str) -> set[str]:
    return set(re.findall(r"\$ref: '?#/([^'\s]+)'?", text))


def resolves(document: dict, pointer: str) -> bool:
    for part in pointer.split("/"):
        if part not in document:
            return False
        document = document[part]
    return True


@pytest.mark.parametrize("owner", ["directory", "campaign", "crm", "followup"])
def test_every_reference_in_the_document_of_events_leads_somewhere(owner):
    document = reference.asyncapi(owner)
    text = yaml.safe_dump(document)

    assert [pointer for pointer in references(text) if not resolves(document, pointer)] == []


def test_every_event_and_question_is_in_one_document():
    documents = [reference.asyncapi(owner) for owner in ("directory", "campaign", "crm", "followup")]
    addresses = [channel["address"] for document in documents for channel in document["channels"].values()]

    assert sorted(addresses) == sorted(
        [f"{event.type}.{{key}}" for event in EVENTS] + [question.subject for question, _ in QUESTIONS]
    )


def test_every_error_of_a_route_is_described_as_a_problem():
    responses = {"200": {"description": "OK"}, "404": {"description": "Absent", "content": {"application/json": {}}}}
    document = with_problems({"paths": {"/x": {"get": {"responses": responses}}}})
    described = document["paths"]["/x"]["get"]["responses"]

    assert sorted(described) == ["200", "401", "403", "404", "422", "503"]
    assert described["404"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert "content" not in described["200"]
    assert "Problem" in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "route", "errors"),
    [
        ("get", {}, {"401", "403", "422", "503"}),
        ("get", {"parameters": [{"in": "path", "name": "id"}]}, {"401", "403", "404", "422", "503"}),
        ("post", {"requestBody": {}}, {"400", "401", "403", "409", "413", "422", "503"}),
        (
            "delete",
            {"parameters": [{"in": "header", "name": "If-Match"}]},
            {"401", "403", "409", "412", "422", "428", "503"},
        ),
    ],
    ids=["a read", "a read of one thing", "a body", "a version"],
)
def test_a_route_is_described_with_the_errors_of_its_kind(method, route, errors):
    document = with_problems({"paths": {"/x": {method: route | {"responses": {"200": {"description": "OK"}}}}}})

    assert document["paths"]["/x"][method]["responses"].keys() - {"200"} == errors
