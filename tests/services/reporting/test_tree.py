"""The detail tree as a workbook: any nesting, every row the sum of those below it, and no follow-up twice."""

import tempfile
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from openpyxl import load_workbook

from services.reporting.ports.exporting import Dimension, PlaceInStructure, ShareOf
from services.reporting.writers.tree import Tree, tree_columns
from services.reporting.writers.workbook import Book
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus
from tests.services.reporting.test_lists import ANNE as CONCLUDED
from tests.support.editions import about

STRUCTURE = {
    "n": PlaceInStructure("n", "Nord", ("root", "n")),
    "l": PlaceInStructure("l", "Lille", ("root", "n", "l")),
}
"""As somebody of the north sees it: nothing above."""
OPEN = replace(
    CONCLUDED,
    state=FollowUpStatus.OPEN,
    conclusion=None,
    concluded_on=None,
    collected=Decimal("0.00"),
    client_id="d",
    client_name="Émile",
)
ROWS = [
    replace(CONCLUDED, unit_id="l", client_name="Zoé"),
    replace(OPEN, unit_id="l"),
    replace(OPEN, unit_id="n", advisor_id="b", advisor_name="Bruno", client_id=None, client_name=None),
    replace(OPEN, unit_id="n", advisor_id="b", advisor_name="Bruno", client_id="e", client_name="Ève"),
    replace(OPEN, unit_id="l", campaign_id="p", campaign_name="Épargne", conclusion=ConclusionKind.REFUSAL,
            state=FollowUpStatus.CONCLUDED),
    replace(OPEN, unit_id="l", state=FollowUpStatus.WITHDRAWN, client_name="Personne"),
]  # fmt: skip


def rows_of(nesting, listed=ROWS):
    with tempfile.TemporaryFile() as waiting:
        tree = Tree(nesting, STRUCTURE, "fr", waiting)
        tree.add(listed)
        return list(tree.rows())


def test_the_structure_comes_first_and_names_in_their_order():
    found = rows_of([Dimension.UNIT, Dimension.ADVISOR, Dimension.CLIENT])

    assert [(row.level, row.values[0], row.values[1], row.values[2]) for row in found] == [
        (0, "Nord", "Unité", 5),
        (1, "Lille", "Unité", 3),
        (2, "Anne", "Conseiller", 3),
        (3, "Émile", "Client", 1),
        (3, "Émile", "Client", 1),
        (3, "Zoé", "Client", 1),
        (1, "Bruno", "Conseiller", 2),
        (2, "Ève", "Client", 1),
        (2, "–", "Client", 1),
    ]
    assert found[0].values[2:8] == (5, 1, 1, 3, 0, "")
    assert found[0].values[8:14] == (Decimal("5000.00"), Decimal("2700.00"), Decimal("250.50"), None, None, "20.00")
    assert found[5].values[14:18] == ("Terminé", "Vente", 2, "Rendez-vous")


NESTINGS = [
    nesting
    for nesting in [*permutations(Dimension), *permutations(Dimension, 2)]
    if Dimension.CLIENT in nesting or nesting[-1] is not Dimension.UNIT
]
"""A unit at the end has follow-ups of its own beside those of the units below it."""


@pytest.mark.parametrize("nesting", NESTINGS)
def test_in_any_nesting_each_row_is_the_sum_of_the_rows_right_below_it(nesting):
    found = rows_of(nesting)

    for place, row in enumerate(found):
        below = []
        for other in found[place + 1 :]:
            if other.level <= row.level:
                break
            if other.level == row.level + 1:
                below.append(other)
        for column in (2, 3, 4, 5, 6, 8, 9, 10):
            if below:
                assert row.values[column] == sum(one.values[column] for one in below), (row, column)
    tops = [row for row in found if row.level == 0]
    assert sum(row.values[2] for row in tops) == 5
    assert sum(row.values[10] for row in tops) == Decimal("250.50")


def test_without_clients_the_last_level_has_the_sums():
    found = rows_of([Dimension.CAMPAIGN, Dimension.ADVISOR])

    assert [(row.level, row.values[0], row.values[2]) for row in found] == [
        (0, "Épargne", 1),
        (1, "Anne", 1),
        (0, "Retraite", 4),
        (1, "Anne", 2),
        (1, "Bruno", 2),
    ]


def test_targets_are_the_shares_down_to_the_advisors_also_of_those_without_clients():
    shares = [
        ShareOf(
            campaign_id="o", campaign_name="Retraite", advisor_id=advisor, advisor_name=name, unit_id=unit, amount=euros
        )
        for advisor, name, unit, euros in (
            ("a", "Anne", "l", Decimal("100.10")),
            ("b", "Bruno", "n", Decimal("50.00")),
            ("c", "Chloé", "l", Decimal("7.00")),
        )
    ]
    with tempfile.TemporaryFile() as waiting:
        tree = Tree([Dimension.UNIT, Dimension.ADVISOR, Dimension.CLIENT], STRUCTURE, "fr", waiting)
        tree.add(ROWS)
        tree.add_shares(shares)
        found = [(row.values[0], row.values[2], row.values[7]) for row in tree.rows() if row.values[1] != "Client"]

    assert found == [
        ("Nord", 5, Decimal("157.10")),
        ("Lille", 3, Decimal("107.10")),
        ("Anne", 3, Decimal("100.10")),
        ("Chloé", 0, Decimal("7.00")),
        ("Bruno", 2, Decimal("50.00")),
    ]


def test_the_workbook_has_outline_levels_and_formulas(tmp_path):
    with Book("Détail", tree_columns("fr"), outlined=True) as book:
        book.add_all(rows_of([Dimension.CAMPAIGN, Dimension.ADVISOR, Dimension.CLIENT]))
        book.save(tmp_path / "a.xlsx", about())

    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [cell.value for cell in sheet["A"]][:4] == ["Nom", "Épargne", "Anne", "Émile"]
    assert [sheet.row_dimensions[row].outlineLevel for row in (2, 3, 4, 5)] == [0, 1, 2, 0]
    assert (sheet["C2"].value, sheet["C3"].value, sheet["C4"].value) == ("=SUBTOTAL(9,C3:C4)", "=SUBTOTAL(9,C4:C4)", 1)
    assert sheet.cell(sheet.max_row, 3).value == f"=SUBTOTAL(9,C2:C{sheet.max_row - 1})"
