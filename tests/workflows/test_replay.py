"""The gate before every release: what executions did under earlier code, this code does again."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any, get_args

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from shared.contracts.workflow import BULK_WORKFLOW, CAMPAIGN_WORKFLOW, FOLLOW_UP_WORKFLOW, LETTER_WORKFLOW
from shared.rulebook.commands import Command
from shared.runtime.temporal import DATA_CONVERTER
from tests.workflows.impatient import ImpatientFollowUp
from tests.workflows.record_histories import FOLDER, IDENTITY, LONG_STORIES, STORIES
from tests.workflows.stage import WORKFLOWS

HISTORIES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_what_was_recorded_is_done_again(path: Path) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=SandboxedWorkflowRunner())

    await replayer.replay_workflow(_history(path))


async def test_an_incompatible_change_does_not_pass() -> None:
    replayer = Replayer(
        workflows=[ImpatientFollowUp], data_converter=DATA_CONVERTER, workflow_runner=SandboxedWorkflowRunner()
    )

    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(_history(FOLDER / "plain_life.1.json"))


def test_every_story_has_its_history() -> None:
    assert {path.stem.partition(".")[0] for path in HISTORIES} == {
        story.__name__ for story in (*STORIES, *LONG_STORIES)
    }


def test_every_command_and_every_workflow_is_in_some_history() -> None:
    accepted = [event["workflowExecutionUpdateAcceptedEventAttributes"] for event in _events("UPDATE_ACCEPTED")]
    sent = [json.loads(b64decode(one["acceptedRequest"]["input"]["args"]["payloads"][0]["data"])) for one in accepted]
    started = [event["workflowExecutionStartedEventAttributes"] for event in _events("EXECUTION_STARTED")]

    assert {one["command"]["command"] for one in sent if "command" in one} == {
        one.__name__ for one in get_args(Command)
    }
    assert {one["workflowType"]["name"] for one in started} == {
        FOLLOW_UP_WORKFLOW,
        CAMPAIGN_WORKFLOW,
        BULK_WORKFLOW,
        LETTER_WORKFLOW,
    }


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_names_no_machine(path: Path) -> None:
    text = path.read_text()

    assert set(_identities(json.loads(text))) == {IDENTITY}
    assert "/work" not in text
    assert "/home" not in text


def _history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(json.loads(path.read_text())["workflow_id"], path.read_text())


def _events(kind: str) -> list[dict[str, Any]]:
    histories = [json.loads(path.read_text()) for path in HISTORIES]
    return [event for history in histories for event in history["events"] if event["eventType"].endswith(kind)]


def _identities(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["identity"]] if isinstance(value.get("identity"), str) else []
        return own + [one for child in value.values() for one in _identities(child)]
    return [one for child in value for one in _identities(child)] if isinstance(value, list) else []
