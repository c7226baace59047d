"""Printed editions of results and of steps by advisor: sums, and what stands on each page of a long table."""

from services.reporting.writers.blocks import Edition
from services.reporting.writers.editions import write_results, write_steps
from tests.support.editions import UNITS, a_funnel, a_row, about, pages_of, text_of


def test_results_by_advisor_have_the_sums_of_all():
    edition = Edition(about("en", title="Results by advisor"))
    write_results(edition, [a_row("Anne Martin"), a_row("Bruno Petit", share=None)], UNITS)

    text = text_of(edition.pdf())

    assert "€40,000.00 €200,000.00 500.00% €250,000.00 €120,000.50 10 2 3 5 66.67% 20.00%" in text
    assert "– €200,000.00 – €250,000.00" in text
    assert "Total €40,000.00 €400,000.00 1,000.00% €500,000.00 €240,001.00 20 4 6 10 66.67% 20.00%" in text


def test_two_thousand_advisors_come_under_a_header_on_every_page():
    edition = Edition(about(title="Bilan par conseiller"))
    write_results(edition, [a_row(f"Conseiller {number}") for number in range(2_000)], UNITS)

    pdf = edition.pdf()

    pages = pages_of(pdf)
    assert 60 < pages < 120
    for page in (0, 1, pages // 2, pages - 1):
        assert "Conseiller Unité Objectif Collecté" in text_of(pdf, page)
    assert "Conseiller 1999 " in text_of(pdf, pages - 1)


def test_no_page_holds_the_total_alone():
    for count in range(13, 32):  # a page holds 18: among these the total falls on each of its lines
        edition = Edition(about(title="Bilan par conseiller"))
        write_results(edition, [a_row(f"Conseiller {number}") for number in range(count)], UNITS)

        pdf = edition.pdf()

        last = text_of(pdf, pages_of(pdf) - 1)
        assert f"Conseiller {count - 1} " in last
        assert "Total" in last


def test_an_advisor_whose_steps_go_on_is_named_again_on_the_next_page():
    edition = Edition(about(title="Détail des étapes par conseiller"))
    write_steps(edition, [(a_row(f"Conseiller {number}").branch, a_funnel()) for number in range(40)], UNITS)

    pdf = edition.pdf()

    for page in range(1, pages_of(pdf)):
        lines = text_of(pdf, page).splitlines()
        header = next(number for number, line in enumerate(lines) if line.startswith("Étape Terminée"))
        assert lines[header + 1].startswith("Conseiller ")


def test_nobody_in_reach_is_said():
    edition = Edition(about())
    write_results(edition, [], UNITS)

    assert "Aucune ligne dans ce périmètre." in text_of(edition.pdf())
