"""Days as people write them."""

from datetime import date

import pytest

from shared.rulebook.days import parse_day
from shared.rulebook.errors import Invalid


@pytest.mark.parametrize(
    "text",
    ["2026-05-04", " 2026-05-04 ", "2026-05-04 00:00:00", "2026-05-04T00:00", "04/05/2026", "4/5/2026", "04.05.2026",
     "04-05-2026", "04/05/2026 00:00"],
)  # fmt: skip
def test_a_day_is_read_in_iso_or_day_first(text):
    assert parse_day(text) == date(2026, 5, 4)


@pytest.mark.parametrize(
    "text",
    ["", "04/05/26", "05/31/2026", "31/02/2026", "2026-02-30", "0000-01-01", "2026-5-4", "04/05-2026", "demain",
     "2026-05-04 12:30", "10000-01-01", "\uff14/5/2026", "x" * 1000],
)  # fmt: skip
def test_what_is_no_such_day_is_refused_by_name(text):
    with pytest.raises(Invalid) as refused:
        parse_day(text)

    assert refused.value.code == "date_invalid"
    assert len(refused.value.data["date"]) <= 40
