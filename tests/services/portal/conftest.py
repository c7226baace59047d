"""The portal on fake APIs, signed in or not."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from services.portal.app import create_app
from services.portal.frame import SESSION_COOKIE
from services.portal.sessions import Sealer, Session
from services.portal.settings import Settings
from shared.runtime.clock import FixedClock
from tests.support.fakes_portal import TOKEN, FakeApis
from tests.support.fakes_portal_follow_up import ADVISOR_ID

SECRET = "a key of these tests"
ORIGIN = "http://portal.test"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""On the day that the fake APIs have."""


@pytest.fixture
def apis():
    return FakeApis()


@pytest.fixture
def settings():
    return Settings(public_url=ORIGIN, session_key=SECRET, log_level="ERROR")


@pytest.fixture
async def app(apis, settings):
    app = create_app(settings, transport=httpx.ASGITransport(apis.app()))
    async with app.router.lifespan_context(app):
        app.state.desk = replace(app.state.desk, clock=FixedClock(settings.zone, NOW))
        yield app


@pytest.fixture
async def stranger(app):
    """A browser that is not signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def session():
    return Session(
        access_token=TOKEN,
        user_id=ADVISOR_ID,
        name="Anne Martin",
        unit_name="Agence Lyon",
        language="fr",
        key="the session",
        expires_at=time.time() + 3600,
    )


@pytest.fixture
def browser(stranger, session):
    """A browser in which Anne is signed in."""
    stranger.cookies.set(SESSION_COOKIE, Sealer(SECRET).seal_session(session))
    return stranger
