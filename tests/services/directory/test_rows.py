"""What a row may hold, and how a bad one is refused."""

import pytest

from services.directory.schemas.puts import ClientInput, UnitInput, UserInput, read_rows


def a_client(**changes: object) -> dict[str, object]:
    return {"external_id": "C1", "name": "Élodie Martin", "advisor": "A1"} | changes


def code_of(kind, row: object) -> str:
    _, errors = read_rows(kind, [row])
    return errors[0].code


def test_a_good_row_between_bad_ones_is_read_with_its_number():
    good, errors = read_rows(ClientInput, [None, a_client(), a_client(name="")])

    assert [(row, item.name) for row, item in good] == [(1, "Élodie Martin")]
    assert [(error.row, error.external_id) for error in errors] == [(0, None), (2, "C1")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (a_client(name="a\0b"), "control_characters"),
        (a_client(name="a\nb"), "control_characters"),
        (a_client(name="a\u2028b"), "control_characters"),
        (a_client(name="a\ud800b"), "control_characters"),
        (a_client(name=" \u200b "), "invalid"),
        (a_client(name="x" * 201), "too_long"),
        (a_client(name=17), "invalid"),
        (a_client(external_id="a b"), "external_id_characters"),
        (a_client(external_id="a\u202eb"), "external_id_characters"),
        (a_client(external_id="x" * 201), "too_long"),
        (a_client(external_id=5), "invalid"),
        (a_client(phone="1" * 51), "too_long"),
        (a_client(email="nobody"), "invalid"),
        (a_client(attributes={"a": float("nan")}), "attribute_number"),
        (a_client(attributes={"a": 10**400}), "attribute_number"),
        (a_client(attributes={"a": {"b": 1}}), "attribute_kind"),
        (a_client(attributes={"a": "x\0"}), "control_characters"),
        (a_client(attributes={"": 1}), "attribute_name"),
        (a_client(attributes={"a": "x" * 2001}), "attribute_too_long"),
        (a_client(attributes={"a": [1] * 101}), "attribute_too_long"),
        (a_client(attributes={str(number): 1 for number in range(201)}), "too_many_attributes"),
        (a_client(colour="red"), "unknown_field"),
        ({"external_id": "C1", "name": "x"}, "field_missing"),
        ("a text", "invalid"),
    ],
)
def test_a_bad_client_is_refused_with_the_code_of_what_is_wrong(row, code):
    assert code_of(ClientInput, row) == code


def test_marks_that_turn_the_reading_direction_are_taken_off_a_name():
    good, _ = read_rows(ClientInput, [a_client(name=" \u202eMar\u200btin\u2069 ")])

    assert good[0][1].name == "Martin"


def test_an_accent_typed_in_two_parts_is_the_same_letter():
    good, _ = read_rows(ClientInput, [a_client(name="E\u0301lodie")])

    assert good[0][1].name == "Élodie"


def test_an_empty_phone_or_address_is_none():
    good, _ = read_rows(ClientInput, [a_client(phone=" ", email="")])

    assert (good[0][1].phone, good[0][1].email) == (None, None)


def test_attributes_may_be_texts_numbers_truth_values_nothing_and_lists():
    attributes = {"segment": "gold", "age": 43, "assets": 12.5, "loan": False, "since": None, "tags": ["a", 1]}

    good, errors = read_rows(ClientInput, [a_client(attributes=attributes)])

    assert errors == []
    assert good[0][1].attributes == attributes


def test_an_unknown_access_level_is_refused():
    row = {"external_id": "U1", "name": "x", "unit": "u", "profile": "p", "extra_rights": {"access_level": "GOD"}}

    assert code_of(UserInput, row) == "invalid"


def test_what_is_said_back_of_a_hostile_id_can_be_shown():
    _, errors = read_rows(UnitInput, [{"external_id": "\0\u202e" + "x" * 500, "name": "x"}])

    assert errors[0].external_id == "\ufffd\ufffd" + "x" * 198
