from datetime import date

import pytest

from shared.runtime.calendar import FRENCH, WorkingCalendar


def test_france_rests_on_weekends_and_public_holidays():
    friday, saturday, national_day, monday = (date(2027, 7, day) for day in (9, 10, 14, 12))

    assert [FRENCH.is_working(day) for day in (friday, saturday, monday, national_day)] == [True, False, True, False]


def test_a_part_of_the_country_has_holidays_of_its_own():
    good_friday = date(2026, 4, 3)

    assert FRENCH.is_working(good_friday)
    assert not WorkingCalendar("FR", "57").is_working(good_friday)


def test_a_closing_day_of_the_network_is_no_working_day():
    day = date(2026, 12, 24)

    assert FRENCH.is_working(day)
    assert not WorkingCalendar("FR", None, frozenset({day})).is_working(day)


def test_without_a_country_only_weekends_and_closing_days_count():
    assert WorkingCalendar(None).is_working(date(2026, 12, 25))


def test_far_years_have_no_holidays_and_break_nothing():
    assert FRENCH.is_working(date(9999, 7, 14))


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("FR", "99")])
def test_an_unknown_country_is_refused(country, subdivision):
    with pytest.raises(ValueError, match=r"XX|99"):
        WorkingCalendar(country, subdivision)
