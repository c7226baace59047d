from dataclasses import replace

import pytest

from shared.rulebook.access import AccessLevel, Action, Principal, Rights, Target, check_owner, may, sees_campaign
from shared.rulebook.errors import Forbidden, NotVisible, Refused

NORTH = ("network", "north")
LILLE = ("network", "north", "lille")
SOUTH = ("network", "south")

ADVISOR = Principal("anne", "lille", LILLE, access_level=AccessLevel.OWN)
MANAGER = Principal("marc", "north", NORTH, manage_campaigns=True, access_level=AccessLevel.SUBTREE)
NOBODY = Principal("zoe", "north", NORTH)
OPERATOR = Principal("olga", "network", ("network",), operator=True)
ADMINISTRATOR = Principal("adam", "network", ("network",), administrator=True)
CRM = Principal("crm", "", (), crm=True)

NO_TARGET = Target()
OF_ANNE = Target(advisor_id="anne", advisor_unit_path=LILLE)
OF_DAVID = Target(advisor_id="david", advisor_unit_path=SOUTH)
BY_DAVID = Target(creator_id="david", owner_id="david", owner_unit_path=SOUTH)
BY_ANNE = Target(creator_id="anne", owner_id="anne", owner_unit_path=LILLE)


def answer(principal, action, target=NO_TARGET):
    try:
        may(principal, action, target)
    except NotVisible as broken:
        return broken.code, broken.data["missing"]
    except Forbidden as broken:
        return broken.data["missing"]
    return "yes"


HIDDEN = ("not_visible", "reach")


def test_every_action_has_an_answer():
    assert all(answer(MANAGER, action) for action in Action)


def test_a_refusal_names_the_missing_right():
    with pytest.raises(Forbidden) as broken:
        may(ADVISOR, Action.CREATE_CAMPAIGN)

    assert (broken.value.code, broken.value.data) == ("right_missing", {"missing": "manage_campaigns"})


@pytest.mark.parametrize("action", [Action.CREATE_CAMPAIGN, Action.REORDER_CAMPAIGNS])
def test_campaigns_are_created_and_reordered_by_those_who_manage_them(action):
    assert answer(MANAGER, action) == "yes"
    assert answer(ADVISOR, action) == "manage_campaigns"


CHANGES = [Action.CHANGE_CAMPAIGN, Action.DELETE_CAMPAIGN, Action.ARCHIVE_CAMPAIGN]


@pytest.mark.parametrize("action", CHANGES)
def test_a_campaign_is_changed_by_its_creator_its_owner_or_a_manager_who_reaches_the_owner(action):
    created = Target(creator_id="anne", owner_id="david", owner_unit_path=SOUTH)
    owned = Target(creator_id="david", owner_id="anne", owner_unit_path=LILLE)

    assert answer(ADVISOR, action, created) == "yes"
    assert answer(ADVISOR, action, owned) == "yes"
    assert answer(MANAGER, action, BY_ANNE) == "yes"


@pytest.mark.parametrize("action", CHANGES)
def test_others_are_told_which_right_is_missing_or_nothing_at_all(action):
    assert answer(ADVISOR, action, replace(BY_DAVID, covered=True)) == "manage_campaigns"
    assert answer(MANAGER, action, replace(BY_DAVID, covered=True)) == "reach"
    assert answer(MANAGER, action, BY_DAVID) == HIDDEN


def test_a_campaign_is_seen_by_those_who_made_it_own_it_or_reach_somebody_in_it():
    assert answer(ADVISOR, Action.SEE_CAMPAIGN, BY_ANNE) == "yes"
    assert answer(ADVISOR, Action.SEE_CAMPAIGN, replace(BY_DAVID, covered=True)) == "yes"
    assert answer(ADVISOR, Action.SEE_CAMPAIGN, BY_DAVID) == HIDDEN
    assert sees_campaign(CRM, BY_DAVID)
    assert not sees_campaign(MANAGER, Target())


def test_a_campaign_is_duplicated_by_a_manager_who_sees_it():
    seen = replace(BY_DAVID, covered=True)

    assert answer(MANAGER, Action.DUPLICATE_CAMPAIGN, seen) == "yes"
    assert answer(ADVISOR, Action.DUPLICATE_CAMPAIGN, seen) == "manage_campaigns"
    assert answer(MANAGER, Action.DUPLICATE_CAMPAIGN, BY_DAVID) == HIDDEN


def test_the_crm_creates_and_duplicates_campaigns_for_an_owner_whom_it_names():
    assert answer(CRM, Action.CREATE_CAMPAIGN) == "yes"
    assert answer(CRM, Action.DUPLICATE_CAMPAIGN, BY_DAVID) == "yes"
    assert answer(CRM, Action.REORDER_CAMPAIGNS) == "manage_campaigns"


RECORDING = [
    Action.SEE_CLIENT,
    Action.CHANGE_TARGETED_CLIENT,
    Action.RECORD,
    Action.CONCLUDE,
    Action.LINK_ACCOUNTS,
]


@pytest.mark.parametrize("action", RECORDING)
def test_whatever_concerns_a_client_needs_reach_over_that_client(action):
    assert answer(ADVISOR, action, OF_ANNE) == "yes"
    assert answer(MANAGER, action, OF_ANNE) == "yes"
    assert answer(CRM, action, OF_DAVID) == "yes"
    assert answer(MANAGER, action, OF_DAVID) == HIDDEN
    assert answer(NOBODY, action, OF_ANNE) == "access_level"
    assert answer(OPERATOR, action, OF_ANNE) == "access_level"


def test_an_advisor_targets_own_clients_only_where_they_take_part():
    assert answer(ADVISOR, Action.TARGET_CLIENT, replace(OF_ANNE, takes_part=True)) == "yes"
    assert answer(ADVISOR, Action.TARGET_CLIENT, OF_ANNE) == "manage_campaigns"
    assert answer(MANAGER, Action.TARGET_CLIENT, OF_ANNE) == "yes"
    assert answer(MANAGER, Action.TARGET_CLIENT, OF_DAVID) == HIDDEN


def test_withdrawing_a_client_needs_the_right_to_manage_and_reach():
    assert answer(MANAGER, Action.WITHDRAW_CLIENT, OF_ANNE) == "yes"
    assert answer(ADVISOR, Action.WITHDRAW_CLIENT, OF_ANNE) == "manage_campaigns"
    assert answer(MANAGER, Action.WITHDRAW_CLIENT, OF_DAVID) == HIDDEN


def test_the_crm_targets_and_withdraws_any_client_but_corrects_only_the_conclusions_that_it_recorded():
    assert answer(CRM, Action.TARGET_CLIENT, OF_DAVID) == "yes"
    assert answer(CRM, Action.WITHDRAW_CLIENT, OF_DAVID) == "yes"
    for action in (Action.AMEND_CONCLUSION, Action.WITHDRAW_CONCLUSION):
        assert answer(CRM, action, replace(OF_DAVID, recorded_by="crm")) == "yes"
        assert answer(CRM, action, replace(OF_DAVID, recorded_by="david")) == "manage_campaigns"


def test_follow_ups_are_moved_by_a_manager_or_by_the_crm():
    assert answer(MANAGER, Action.REASSIGN_CLIENT, OF_ANNE) == "yes"
    assert answer(CRM, Action.REASSIGN_CLIENT, OF_DAVID) == "yes"
    assert answer(ADVISOR, Action.REASSIGN_CLIENT, OF_ANNE) == "manage_campaigns"


def test_follow_ups_are_moved_to_advisors_within_reach_only():
    to_paul = replace(OF_ANNE, new_advisor_id="paul", new_advisor_unit_path=LILLE)
    to_david = replace(OF_ANNE, new_advisor_id="david", new_advisor_unit_path=SOUTH)

    assert answer(MANAGER, Action.REASSIGN_CLIENT, to_paul) == "yes"
    assert answer(MANAGER, Action.REASSIGN_CLIENT, to_david) == HIDDEN
    assert answer(CRM, Action.REASSIGN_CLIENT, to_david) == "yes"


@pytest.mark.parametrize("action", [Action.AMEND_CONCLUSION, Action.WITHDRAW_CONCLUSION])
def test_a_conclusion_is_corrected_by_whoever_recorded_it_or_a_manager_with_reach(action):
    by_anne = replace(OF_ANNE, recorded_by="anne")
    by_marc = replace(OF_ANNE, recorded_by="marc")

    assert answer(ADVISOR, action, by_anne) == "yes"
    assert answer(MANAGER, action, by_anne) == "yes"
    assert answer(ADVISOR, action, by_marc) == "manage_campaigns"
    assert answer(ADVISOR, action, replace(OF_DAVID, recorded_by="anne")) == HIDDEN


@pytest.mark.parametrize("action", [Action.QUERY_CLIENTS, Action.SEE_FIGURES])
def test_queries_and_figures_need_an_access_level(action):
    assert answer(ADVISOR, action) == "yes"
    assert answer(CRM, action) == "yes"
    assert answer(NOBODY, action) == "access_level"


@pytest.mark.parametrize(
    ("action", "allowed", "missing"),
    [
        (Action.IMPORT_FROM_CRM, [ADMINISTRATOR, CRM], "administrator"),
        (Action.SEND_SIGNALS, [CRM], "crm"),
        (Action.ADMINISTER, [ADMINISTRATOR], "administrator"),
        (Action.OPERATE, [OPERATOR], "operator"),
        (Action.SEE_ENGINE_LINKS, [OPERATOR], "operator"),
        (Action.CHECK_FIGURES, [OPERATOR, ADMINISTRATOR], "operator"),
    ],
)
def test_what_is_no_campaign_work_has_rights_of_its_own(action, allowed, missing):
    for principal in (ADVISOR, MANAGER, NOBODY, OPERATOR, ADMINISTRATOR, CRM):
        assert answer(principal, action) == ("yes" if principal in allowed else missing)


def test_the_owner_of_a_campaign_must_hold_the_right_to_manage():
    assert check_owner(MANAGER) is None
    with pytest.raises(Refused) as broken:
        check_owner(Rights(access_level=AccessLevel.ALL))

    assert broken.value.code == "owner_lacks_right"
