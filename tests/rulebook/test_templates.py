from shared.rulebook.templates import unfilled_fields


def test_the_fields_without_a_value_are_named_once_in_their_order():
    template = "{{advisor_name}} {{client_name}} {{ advisor_name }} {{iban}} {not_one}"

    assert unfilled_fields(template, {"client_name": "Mme Durand"}) == ("advisor_name", "iban")
