import json
import logging as standard

import pytest
import structlog

from shared.runtime import logging
from shared.runtime.settings import Settings


@pytest.fixture
def clean():
    root = standard.getLogger()
    handlers, level = list(root.handlers), root.level
    # Servers of other tests brought loggers of their own; ours are started without (`log_config=None`).
    loggers = [standard.getLogger(name) for name in ("uvicorn", "uvicorn.error")]
    brought = [(logger, list(logger.handlers), logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(standard.NOTSET)
    yield
    for logger, own, propagates, least in brought:
        logger.handlers[:], logger.propagate = own, propagates
        logger.setLevel(least)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.before_configured()


@pytest.fixture
def configured(clean):
    logging.configure(Settings(), role="test")


def test_a_line_is_json_with_role_and_module_and_without_secrets(configured, capsys):
    logging.logger("here").warning("something happened", token="abc", name="Dupont", user_id="u1")

    # Loops of parts that ran before may still say something.
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "something happened" in one]

    assert (line["role"], line["module"], line["user_id"], line["level"]) == ("test", "here", "u1", "warning")
    assert (line["token"], line["name"]) == ("[withheld]", "[withheld]")


@pytest.mark.parametrize("log_format", [None, "text", "json"], ids=["unconfigured", "text", "json"])
def test_an_exception_is_logged_without_the_values_of_local_variables(clean, capsys, log_format):
    if log_format:
        logging.configure(Settings(log_format=log_format), role="test")

    _fails_while_it_holds("Dupont, 4 rue des Lilas", logging.logger("here").exception)

    told = capsys.readouterr().out
    assert "a client could not be read" in told
    assert "ValueError: unreadable" in told
    assert "Lilas" not in told


def test_what_uvicorn_logs_of_an_exception_holds_no_local_values_either(clean, capsys):
    logging.configure(Settings(log_format="text"), role="test")

    _fails_while_it_holds("Dupont, 4 rue des Lilas", standard.getLogger("uvicorn.error").exception)

    told = capsys.readouterr().out
    assert "ValueError: unreadable" in told
    assert "Lilas" not in told


def _fails_while_it_holds(client, log):
    """Log an exception from a frame that holds the client."""
    try:
        _read(client)
    except ValueError:
        log("a client could not be read")


def _read(client):
    if client:
        raise ValueError("unreadable")
