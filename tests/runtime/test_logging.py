import json

import pytest
import structlog

from shared.runtime import logging
from shared.runtime.settings import Settings


@pytest.fixture
def configured():
    logging.configure(Settings(), role="test")
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_is_json_with_role_and_module_and_without_secrets(configured, capsys):
    logging.logger("here").warning("something happened", token="abc", name="Dupont", user_id="u1")

    # Loops of parts that ran before may still say something.
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "something happened" in one]

    assert (line["role"], line["module"], line["user_id"], line["level"]) == ("test", "here", "u1", "warning")
    assert (line["token"], line["name"]) == ("[withheld]", "[withheld]")
