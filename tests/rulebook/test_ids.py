from uuid import UUID

import pytest

from shared.rulebook import ids


@pytest.mark.parametrize(
    "derive",
    [
        ids.unit_id,
        ids.profile_id,
        ids.user_id,
        ids.client_id,
        ids.account_id,
        ids.transaction_id,
        ids.campaign_id,
        ids.job_id,
    ],
)
def test_the_same_external_id_gives_the_same_canonical_uuid(derive):
    first, again, other = derive("C-17"), derive("C-17"), derive("C-18")

    assert first == again
    assert first != other
    assert first == str(UUID(first))


def test_an_id_never_changes_between_releases():
    assert ids.client_id("C-17") == "3a48f07c-e866-5f1c-8ddd-629f34ad7950"
    assert ids.follow_up_id("a", "b") == "3d3a76fd-018a-56aa-83e0-329a4da05153"


def test_the_same_text_names_different_things_of_different_kinds():
    found = {ids.unit_id("7"), ids.user_id("7"), ids.client_id("7"), ids.account_id("7"), ids.campaign_id("7")}

    assert len(found) == 5


def test_a_client_has_one_follow_up_per_campaign():
    spring, summer = ids.campaign_id("spring"), ids.campaign_id("summer")
    client = ids.client_id("C-17")

    assert ids.follow_up_id(spring, client) == ids.follow_up_id(spring, client)
    assert ids.follow_up_id(spring, client) != ids.follow_up_id(summer, client)


def test_parts_that_join_alike_stay_apart():
    assert ids.step_id("a", "b:c") != ids.step_id("a:b", "c")
    assert ids.notice_id("a", "1:b") != ids.notice_id("a:1", "b")


def test_each_fact_of_a_follow_up_has_its_own_event():
    assert ids.event_id("f", 1) != ids.event_id("f", 2)


def test_workflows_are_named_after_what_they_run():
    assert ids.follow_up_workflow_id("f") == "follow-up/f"
    assert ids.campaign_workflow_id("c") == "campaign/c"
