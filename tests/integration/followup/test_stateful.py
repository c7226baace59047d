"""Random programs on the real engine, PostgreSQL and NATS leave what a plain model of the spec says (issue 4)."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.followup.program_moves import Act, Again, Batch, Crowd, Edit, House, Move, Pass, Target
from tests.integration.followup.program_words import SCREEN, TYPES
from tests.integration.followup.programs import run
from tests.support.engine import EngineProcess, running_engine

_WHAT = ("complete",) * 5 + ("begin",) * 2 + ("conclude",) * 2 + tuple(SCREEN) + ("reassign",)
_AT_ONCE = tuple(what for what in _WHAT if what != "reassign")
_TICKED = st.sampled_from([(), ("ask",), ("ask",), ("ask", "leaflet"), ("sign",), ("ask", "sign"), ("unheard-of",)])
_DOORS = st.sampled_from(["screen", "http", "nats", "direct"])


def _acts(what: st.SearchStrategy[str], doors: st.SearchStrategy[str]) -> st.SearchStrategy[Act]:
    return st.builds(
        Act,
        what=what,
        client=st.sampled_from([0, 0, 1, 1, 2]),
        door=doors,
        step=st.integers(0, 6),
        ago=st.sampled_from([0, 0, 0, 1, 2, 6, -1]),
        ticked=_TICKED,
        kind=st.sampled_from(["SALE", "SIGNATURE", "REFUSAL", "NO_DECISION"]),
        amount=st.sampled_from([0, 0, 7]),
    )


_ACT = _acts(st.sampled_from(_WHAT), _DOORS)
_BATCH = st.builds(
    Batch, st.lists(_acts(st.sampled_from(sorted(TYPES)), st.just("http")), min_size=2, max_size=6).map(tuple)
)
# Commands for one client that come at once: more often two completions of the same step than anything else.
_TOGETHER = st.integers(0, 2).flatmap(
    lambda client: st.lists(
        _acts(st.sampled_from(_AT_ONCE), _DOORS).map(lambda act: replace(act, client=client)), min_size=2, max_size=5
    )
)
_CROWD = st.builds(Crowd, _TOGETHER.map(tuple), twice=st.booleans(), away=st.sampled_from([False, False, True]))
_AGAIN = st.builds(Again, which=st.integers(0, 99), door=_DOORS, other=st.booleans())
_EDIT = st.builds(
    Edit,
    what=st.sampled_from(["add", "remove", "move", "toggle"]),
    at=st.integers(0, 6),
    to=st.integers(0, 6),
    from_all=st.booleans(),
)
_TARGET = st.builds(Target, client=st.integers(0, 2), days=st.sampled_from([0, -2, 3]))
_PASS = st.builds(Pass, days=st.sampled_from([1, 3]))
_HOUSE = st.builds(House, st.sampled_from(["archive", "restart", "engine"]))
_MOVE: st.SearchStrategy[Move] = st.one_of(
    _ACT, _ACT, _ACT, _ACT, _BATCH, _CROWD, _CROWD, _AGAIN, _EDIT, _EDIT, _TARGET, _PASS, _HOUSE
)


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    """An engine that the programs may kill."""
    with running_engine() as engine:
        yield engine


# SHRINK=1 looks for a shorter program that fails too, which takes minutes; PROGRAMS is the number of long ones.
def _settings(examples: int, *, random: bool) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=not random,
        database=None,
        print_blob=random,
        phases=(Phase.generate, Phase.shrink) if os.environ.get("SHRINK") else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


@_settings(4, random=False)
@given(program=st.lists(_MOVE, min_size=12, max_size=20))
def test_a_random_program_leaves_what_the_plain_model_says(
    module_database: str, nats_url: str, engine: EngineProcess, program: list[Move]
) -> None:
    asyncio.run(run(program, module_database, nats_url, engine))


def test_what_comes_at_once_while_the_engine_is_away_is_applied_in_the_order_of_the_log(
    module_database: str, nats_url: str, engine: EngineProcess
) -> None:
    call = [Act("complete", door=door, ticked=("ask",)) for door in ("screen", "http", "nats")]
    meeting = [Act("complete", door=door, step=2) for door in ("direct", "screen")]
    program: list[Move] = [
        Crowd((*call, *meeting), twice=True, away=True),
        House("engine"),
        Crowd((*meeting, Act("conclude", door="http", amount=7), Act("conclude")), twice=True, away=False),
    ]

    asyncio.run(run(program, module_database, nats_url, engine))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@_settings(int(os.environ.get("PROGRAMS", "100")), random=True)
@given(program=st.lists(_MOVE, min_size=20, max_size=60))
def test_many_long_random_programs_leave_what_the_plain_model_says(
    module_database: str, nats_url: str, engine: EngineProcess, program: list[Move]
) -> None:
    asyncio.run(run(program, module_database, nats_url, engine))
