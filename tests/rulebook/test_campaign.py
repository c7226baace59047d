from datetime import date

import pytest

from shared.rulebook.campaign import (
    CampaignStatus,
    campaign_status,
    check_archive,
    check_delete,
    check_entry_date,
    check_targeting,
    check_unarchive,
    default_entry_date,
    default_notice_date,
    entry_date_within,
    pulled_in,
)
from shared.rulebook.errors import Invalid, Refused
from tests.rulebook.builders import END, START


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 2, 28), CampaignStatus.UPCOMING),
        (START, CampaignStatus.RUNNING),
        (END, CampaignStatus.RUNNING),
        (date(2026, 5, 1), CampaignStatus.ENDED),
    ],
)
def test_the_status_follows_from_the_dates_both_included(today, expected):
    assert campaign_status(START, END, False, today) is expected


@pytest.mark.parametrize("today", [date(2026, 2, 1), START, date(2027, 1, 1)])
def test_an_archived_campaign_is_archived_on_any_day(today):
    assert campaign_status(START, END, True, today) is CampaignStatus.ARCHIVED


def test_the_start_notice_is_due_on_the_start_date_by_default():
    assert default_notice_date(START) == START


@pytest.mark.parametrize("status", [CampaignStatus.UPCOMING, CampaignStatus.RUNNING])
def test_a_campaign_takes_clients_until_its_end(status):
    assert check_targeting(status) is None


@pytest.mark.parametrize(
    ("status", "code"), [(CampaignStatus.ENDED, "campaign_ended"), (CampaignStatus.ARCHIVED, "archived")]
)
def test_an_ended_or_archived_campaign_takes_no_new_client(status, code):
    with pytest.raises(Refused) as broken:
        check_targeting(status)

    assert broken.value.code == code


def test_a_client_enters_by_default_on_the_later_of_today_and_the_start():
    assert default_entry_date(START, today=date(2026, 2, 1)) == START
    assert default_entry_date(START, today=date(2026, 3, 5)) == date(2026, 3, 5)


def test_the_entry_date_lies_within_the_dates_of_the_campaign():
    assert entry_date_within(START, START, END)
    assert entry_date_within(END, START, END)
    assert check_entry_date(END, START, END) is None


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 5, 1)])
def test_an_entry_date_outside_is_refused_with_the_limits(day):
    with pytest.raises(Invalid) as broken:
        check_entry_date(day, START, END)

    assert broken.value.code == "entry_date_out_of_range"
    assert broken.value.data == {"entry_date": day.isoformat(), "from": "2026-03-01", "to": "2026-04-30"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (date(2026, 2, 1), START),
        (date(2026, 3, 15), date(2026, 3, 15)),
        (date(2026, 6, 1), END),
    ],
)
def test_when_the_dates_move_an_entry_date_outside_is_pulled_in(entry, expected):
    assert pulled_in(entry, START, END) == expected


def test_a_campaign_is_deleted_only_while_nothing_was_recorded():
    assert check_delete(anything_recorded=False) is None
    with pytest.raises(Refused) as broken:
        check_delete(anything_recorded=True)

    assert broken.value.code == "something_recorded"


def test_only_an_ended_campaign_is_archived():
    assert check_archive(CampaignStatus.ENDED) is None
    for status, code in [
        (CampaignStatus.UPCOMING, "campaign_not_ended"),
        (CampaignStatus.RUNNING, "campaign_not_ended"),
        (CampaignStatus.ARCHIVED, "archived"),
    ]:
        with pytest.raises(Refused) as broken:
            check_archive(status)
        assert broken.value.code == code


def test_only_an_archived_campaign_is_un_archived():
    assert check_unarchive(CampaignStatus.ARCHIVED) is None
    with pytest.raises(Refused) as broken:
        check_unarchive(CampaignStatus.ENDED)

    assert broken.value.code == "not_archived"
