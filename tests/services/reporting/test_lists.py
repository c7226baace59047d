"""The management list as a workbook: every column, and no name of a client that the reader does not reach."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from services.reporting.ports.listing import Listed
from services.reporting.writers.lists import list_columns, list_rows
from services.reporting.writers.workbook import Book
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus
from tests.support.editions import about

PARIS = ZoneInfo("Europe/Paris")
ANNE = Listed(
    follow_up_id="f",
    client_id="c",
    client_name="=Dupont",
    client_external_id="C-1",
    campaign_id="o",
    campaign_name="Retraite",
    advisor_id="a",
    advisor_name="Anne",
    unit_id="u",
    unit_name="Lille",
    present_advisor_id="b",
    present_advisor_name="Bruno",
    state=FollowUpStatus.CONCLUDED,
    conclusion=ConclusionKind.SALE,
    concluded_on=date(2026, 11, 3),
    step_id="s",
    step_title="Rendez-vous",
    step_number=2,
    steps=3,
    overdue=False,
    entry_date=date(2026, 10, 1),
    initial_potential=Decimal("1000.00"),
    potential=Decimal("900.00"),
    collected=Decimal("250.50"),
    last_activity=datetime(2026, 11, 3, 23, 30, tzinfo=UTC),
)
UNNAMED = Listed(
    follow_up_id=None,
    client_id=None,
    client_name=None,
    client_external_id=None,
    campaign_id="o",
    campaign_name="Retraite",
    advisor_id="a",
    advisor_name=None,
    unit_id=None,
    unit_name=None,
    present_advisor_id=None,
    present_advisor_name=None,
    state=FollowUpStatus.OPEN,
    conclusion=None,
    concluded_on=None,
    step_id=None,
    step_title=None,
    step_number=4,
    steps=3,
    overdue=True,
    entry_date=date(2026, 10, 2),
    initial_potential=Decimal("0.00"),
    potential=Decimal("0.10"),
    collected=Decimal("0.00"),
    last_activity=None,
)


@pytest.fixture
def sheet(tmp_path):
    def saved(language):
        with Book("Gestion", list_columns(language)) as book:
            book.add(list_rows([ANNE, UNNAMED], language, PARIS))
            book.save(tmp_path / "a.xlsx", about(language))
        return load_workbook(tmp_path / "a.xlsx").worksheets[0]

    return saved


def test_every_column_in_french(sheet):
    found = sheet("fr")

    rows = [[_plain(cell.value) for cell in row] for row in found.iter_rows()]
    assert rows[0] == [
        "Client",
        "Référence",
        "Opération",
        "État",
        "Conclusion",
        "Conclu le",
        "N° d’étape",
        "Étape",
        "En retard",
        "Entrée",
        "Potentiel initial",
        "Potentiel",
        "Collecté",
        "Conseiller",
        "Unité",
        "Conseiller actuel",
        "Dernière activité",
    ]
    assert rows[1] == [
        "=Dupont",
        "C-1",
        "Retraite",
        "Terminé",
        "Vente",
        "2026-11-03",
        2,
        "Rendez-vous",
        None,
        "2026-10-01",
        1000,
        900,
        250.5,
        "Anne",
        "Lille",
        "Bruno",
        "2026-11-04",
    ]
    assert rows[2][:10] == ["–", None, "Retraite", "En cours", None, "–", 4, "Fin", "oui", "2026-10-02"]
    assert rows[2][10:] == [0, 0.1, 0, "–", "–", "–", "–"]
    assert rows[3][10:13] == ["=SUBTOTAL(109,K2:K3)", "=SUBTOTAL(109,L2:L3)", "=SUBTOTAL(109,M2:M3)"]
    assert found.auto_filter.ref == "A1:Q3"
    assert found["A2"].data_type == "s"


def test_the_words_in_english(sheet):
    rows = [[cell.value for cell in row] for row in sheet("en").iter_rows()]

    assert rows[0][:5] == ["Client", "Reference", "Campaign", "State", "Conclusion"]
    assert (rows[1][3:5], rows[2][3], rows[2][7:9], rows[3][0]) == (
        ["Concluded", "Sale"],
        "Open",
        ["End", "yes"],
        "Total",
    )


def _plain(value):
    return value.date().isoformat() if isinstance(value, datetime) else value
