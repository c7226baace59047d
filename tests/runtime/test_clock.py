from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.runtime.clock import Clock, FixedClock
from shared.runtime.settings import Settings

PARIS = ZoneInfo("Europe/Paris")


def test_the_day_is_that_of_the_deployment_not_of_utc():
    clock = FixedClock(PARIS, datetime(2026, 7, 31, 22, 30, tzinfo=UTC))

    assert clock.today() == date(2026, 8, 1)


def test_midnight_is_the_first_instant_of_the_day_in_winter_and_in_summer():
    clock = Clock(PARIS)

    assert clock.midnight(date(2026, 1, 15)) == datetime(2026, 1, 14, 23, tzinfo=UTC)
    assert clock.midnight(date(2026, 7, 15)) == datetime(2026, 7, 14, 22, tzinfo=UTC)


def test_a_fixed_clock_moves_only_when_told():
    clock = FixedClock(PARIS, datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(days=1))

    assert clock.now() == clock.now() == datetime(2026, 1, 2, tzinfo=UTC)


def test_the_issuer_follows_from_the_public_address(monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://jalon.example/")
    settings = Settings()

    assert settings.oidc_issuer == "https://jalon.example/oidc"
    assert settings.oidc_jwks_url == "https://jalon.example/oidc/jwks"
