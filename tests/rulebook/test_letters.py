from shared.rulebook.letters import filled, unfilled_fields

VALUES = {"client.name": "Mme {{advisor.name}} <b>", "campaign.name": r"Épargne \1"}


def test_fields_are_filled_with_or_without_blanks_around_their_names():
    assert filled("{{campaign.name}} / {{ campaign.name }}", VALUES) == r"Épargne \1 / Épargne \1"


def test_a_value_that_looks_like_a_field_is_not_filled_again():
    assert filled("Bonjour {{client.name}},", VALUES) == "Bonjour Mme {{advisor.name}} <b>,"


def test_what_cannot_be_filled_stays_and_is_named_once():
    template = "{{advisor.name}} {{client.name}} {{advisor.name}} {{iban}} {not.one}"

    assert filled(template, VALUES) == "{{advisor.name}} Mme {{advisor.name}} <b> {{advisor.name}} {{iban}} {not.one}"
    assert unfilled_fields(template, VALUES) == ("advisor.name", "iban")


def test_a_template_without_fields_stays_as_it_is():
    assert filled("a { b }} {{ c", VALUES) == "a { b }} {{ c"
