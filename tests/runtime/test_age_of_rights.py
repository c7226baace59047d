"""Rights held in memory are never over a second old, however late news and heartbeats come (spec 1.4)."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from services.directory.use_cases import tell_principals
from shared.runtime import principals
from shared.runtime.principals import Principals, Stale
from shared.runtime.security import CRM, Security

BEAT, HELD = "a heartbeat names", "applied here"


class Clock:
    """Stands still between two moments."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(principals.asyncio, "get_running_loop", lambda: SimpleNamespace(time=lambda: self.now))


@pytest.mark.parametrize(
    ("before", "moment", "lets_in"),
    [
        ([], 0.0, False),
        ([(0.0, BEAT, 0)], 1.0, True),
        ([(0.0, BEAT, 0)], 1.01, False),
        # The news is late: what was lost may have happened just after the heartbeat before.
        ([(0.0, BEAT, 0), (0.9, BEAT, 1)], 1.01, False),
        ([(0.0, BEAT, 0), (0.9, BEAT, 1), (1.2, HELD, 1)], 1.9, True),
        ([(0.0, BEAT, 0), (0.9, BEAT, 1), (1.2, HELD, 1)], 1.91, False),
        # It vouches for the moment at which the directory began to look, however long it took to tell.
        ([(0.0, BEAT, 0), (0.8, BEAT, (0, 0.7))], 1.09, True),
        ([(0.0, BEAT, 0), (0.8, BEAT, (0, 0.7))], 1.11, False),
        # Later news does not stand for the earlier one.
        ([(0.0, BEAT, 0), (0.4, BEAT, 5), (0.6, HELD, 4), (0.8, BEAT, 9)], 1.01, False),
        ([(0.0, BEAT, 0), (0.4, BEAT, 5), (0.6, HELD, 5), (0.8, BEAT, 9)], 1.39, True),
        ([(0.0, BEAT, 0), (0.4, BEAT, 5), (0.6, HELD, 5), (0.8, BEAT, 9)], 1.41, False),
    ],
)
async def test_nobody_is_let_in_on_rights_that_nobody_vouched_for_within_a_second(monkeypatch, before, moment, lets_in):
    reader, clock = Principals(SimpleNamespace()), Clock(monkeypatch)
    reader._loaded = True
    for clock.now, what, revision in before:
        if what == BEAT:
            named, age = revision if isinstance(revision, tuple) else (revision, 0.0)
            await reader._on_beat(SimpleNamespace(data=json.dumps({"revision": named, "age": age})))
        else:
            reader._reached(revision)
    clock.now = moment

    if lets_in:
        reader.current()
    else:
        with pytest.raises(Stale):
            reader.current()


async def test_a_request_waits_for_a_heartbeat_that_is_late():
    reader = Principals(SimpleNamespace())
    reader._loaded = True

    waiting = asyncio.create_task(reader.fresh())
    await asyncio.sleep(0)
    waited = not waiting.done()
    await reader._on_beat(SimpleNamespace(data=json.dumps({"revision": 0})))
    await waiting

    assert waited


async def test_the_crm_has_no_rights_to_be_vouched_for():
    security = Security(SimpleNamespace(), Principals(SimpleNamespace()))

    assert (await security.present(CRM)).crm


def test_nothing_on_the_way_of_a_right_looks_less_often_than_twice_a_second():
    pauses = [tell_principals._POLL, tell_principals._BEAT, principals._BEAT, principals._REREAD_AFTER]

    assert max(pauses) <= 0.5
    assert principals._STALE_AFTER == 1.0
