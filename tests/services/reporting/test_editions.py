"""Printed editions: their words and numbers in both languages, and texts that are only ever text.

The pages themselves were looked at; `save_pages` in tests/support/editions.py shows them again.
"""

from datetime import date
from decimal import Decimal

import pypdfium2
import pytest

from services.reporting.ports.reading import Axis
from services.reporting.use_cases.pace_curve import PacePoint
from services.reporting.writers.blocks import Edition, Head
from services.reporting.writers.chart import Chart
from services.reporting.writers.charts import ASSETS, Charts, ChartsAbsentError
from services.reporting.writers.editions import Summary, write_results, write_steps, write_summary
from services.reporting.writers.formats import Formats
from services.reporting.writers.options import pace_chart, summary_charts
from services.reporting.writers.summary import charts_of
from services.reporting.writers.words import say
from tests.support.editions import HOSTILE, UNITS, a_funnel, a_row, about, pages_of, some_indicators, text_of

BARS = {
    "xAxis": {"type": "value"},
    "yAxis": {"type": "category", "data": ["Objectif", "Collecté <&>"]},
    "series": [{"type": "bar", "data": [400000, 200000]}],
}
needs_assets = pytest.mark.skipif(not (ASSETS / "manifest.json").exists(), reason="the portal's assets are not here")


def summary(language="fr", charts=None, pictures=None, **changes):
    edition = Edition(about(language, **changes), charts=charts)
    write_summary(edition, Summary(some_indicators(), a_funnel(), pictures or {}))
    return edition.pdf()


def test_the_summary_in_french():
    text = text_of(summary())

    for expected in (
        "Synthèse de l’opération",
        "Retraite 2026",
        "20 nov. 2026 (selon l’enregistrement)",
        "Tout le réseau",
        "Version de la définition 3",
        "400 000,00 €",
        "Avancement\n59,80 %",
        "Taux de réalisation 50,00 %",
        "66,67 %\n2 / 3",
        "1. Premier appel 7 1 2 0 0 87,50 % 42,86 %",
        "(facultative)",
        "1 1 8 0 0 50,00 % –",
        "Page 1 / 2",
    ):
        assert expected in text


def test_the_summary_in_english():
    text = text_of(summary("en"))

    for expected in (
        "Campaign summary",
        "20 Nov 2026 (as recorded)",
        "Definition version",
        "€400,000.00",
        "Pace\n59.80%",
        "1. Premier appel 7 1 2 0 0 87.50% 42.86%",
        "Page 1 / 2",
    ):
        assert expected in text


def test_the_pace_over_time_has_a_table_of_some_days_with_the_first_and_the_last():
    points = [PacePoint(date(2026, 10, n), Decimal(100 * n), Decimal(200 * n)) for n in range(1, 31)]
    edition = Edition(about("en"))
    write_summary(edition, Summary(some_indicators(), None, {}, points))

    text = text_of(edition.pdf())

    told = text[text.index("Pace over time") :].splitlines()
    days = [line for line in told if line.endswith(("00.00", "0.00")) and "Oct" in line]
    assert days[0] == "1 Oct 2026 €100.00 €200.00"
    assert days[-1] == "30 Oct 2026 €3,000.00 €6,000.00"
    assert len(days) == 9
    assert edition.checksum.text != Edition(about("en")).checksum.text


def test_every_page_carries_the_mark():
    pdf = summary(axis=Axis.HAPPENED)

    first = text_of(pdf, 0)
    checksum = next(line for line in first.splitlines() if "SHA-256" in line).split()[-1]
    assert len(checksum) == 64
    assert "20 nov. 2026 (selon la date des faits)" in first
    for page in range(pages_of(pdf)):
        assert f"Situation au 20 nov. 2026 · Tout le réseau · Version de la définition 3 · {checksum[:16]}" in text_of(
            pdf, page
        )


def test_what_does_not_exist_is_a_dash():
    edition = Edition(about())
    write_summary(edition, Summary(some_indicators(target=None), None, {}))

    text = text_of(edition.pdf())

    assert "Objectif\n–" in text
    assert "Taux de réalisation –" in text
    assert "Étape " not in text


def test_an_edition_is_tagged_and_says_its_language_and_title():
    pdf = summary()

    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_dict()["Title"] == "Synthèse de l’opération"
    assert b"/MarkInfo" in pdf
    assert b"/Lang" in pdf
    assert b"pdfuaid" in pdf
    document.close()


@pytest.mark.parametrize("place", ["subject", "reader", "reach"])
def test_hostile_words_in_the_mark_are_only_words(place):
    text = text_of(summary(**{place: HOSTILE})).replace("\n", " ")

    assert HOSTILE in text


def test_hostile_names_break_nothing_and_stay_whole():
    results, steps = Edition(about()), Edition(about())
    write_results(results, [a_row(HOSTILE), a_row(None)], dict.fromkeys(UNITS, HOSTILE))
    write_steps(steps, [(a_row(HOSTILE).branch, a_funnel(titles=(HOSTILE, "#import", "*", "$")))], UNITS)

    for edition in (results, steps):
        told = text_of(edition.pdf()).replace("\n", " ").replace(" ", "")
        assert HOSTILE.replace(" ", "") in told


def test_letters_that_no_font_here_has_are_replaced_and_all_others_stay():
    edition = Edition(about())
    write_results(edition, [a_row("Ελένη Жук ع 漢\x07😀 \ud800 Ñandú")], UNITS)

    assert "Ελένη Жук ع" in text_of(edition.pdf())
    assert "Ñandú" in text_of(edition.pdf())


def test_without_echarts_the_tables_come_and_the_absence_is_said(tmp_path):
    with pytest.raises(ChartsAbsentError), Charts(tmp_path):
        pass

    text = text_of(summary(pictures={"money": Chart("En euros", "Objectif et collecté", BARS)}))

    assert "Les graphiques n’ont pas pu être dessinés" in text
    assert "Collecté 200 000,00 €" in text


@needs_assets
def test_charts_are_drawn_with_their_words_and_a_text_for_who_cannot_see_them():
    with Charts() as charts:
        pdf = summary(charts=charts, pictures={"money": Chart("En euros", "Objectif et collecté", BARS)})

    assert "Collecté <&>" in text_of(pdf)
    assert "pas pu être dessinés" not in text_of(pdf)


@needs_assets
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["Potentiel restant 120 000,50 €", "Acceptés 2 (20,00 %)", "3. Rendez-vous : 3", "59,80 %"]),
        ("en", ["Remaining potential €120,000.50", "Accepted 2 (20.00%)", "3. Rendez-vous: 3", "59.80%"]),
    ],
)
def test_the_charts_of_the_summary_say_their_numbers_as_the_reader_writes_them(language, expected):
    found, funnel = some_indicators(), a_funnel()
    drawn = summary_charts(found, funnel, say(language), Formats(language))

    with Charts() as charts:
        text = text_of(summary(language, charts=charts, pictures=drawn)).replace("\n", " ")

    assert list(drawn) == ["money", "progress", "clients_by_result", "steps"]
    for words in expected:
        assert words in text


@needs_assets
def test_the_lines_of_the_pace_and_the_mark_of_the_whole_are_drawn():
    points = [PacePoint(date(2026, 11, day), Decimal(100 * day), Decimal(150 * day)) for day in (1, 2, 3)]
    pace = pace_chart(points, say("fr"), Formats("fr"))
    progress = summary_charts(some_indicators(), None, say("fr"), Formats("fr"))["progress"]

    with Charts() as charts:
        lines = charts.svg(pace.option, width=800, height=280)
        bars = charts.svg(progress.option, width=800, height=100)

    assert lines.count('stroke-width="3"') == 2
    assert ">Collecté</text>" in lines
    assert 'stroke="#8A93A0"' in bars


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_edition_draws_the_very_options_that_a_browser_is_given(language):
    class Drawn:
        def __init__(self):
            self.options = []

        def svg(self, option, **_look):
            self.options.append(option)
            return "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"

    drawn = Drawn()
    points = [
        PacePoint(date(2026, 10, 1), Decimal(0), Decimal(5)),
        PacePoint(date(2026, 10, 2), Decimal(4), Decimal(9)),
    ]
    shown = charts_of(some_indicators(), a_funnel(), points, language)
    edition = Edition(about(language), charts=drawn)

    write_summary(edition, Summary(some_indicators(), a_funnel(), shown, points))

    assert list(shown) == ["money", "progress", "pace", "clients_by_result", "steps"]
    assert len({chart.title for chart in shown.values()}) == 5
    assert sorted(map(repr, drawn.options)) == sorted(repr(chart.option) for chart in shown.values())


def test_what_does_not_exist_is_not_drawn():
    drawn = summary_charts(some_indicators(target=None), None, say("fr"), Formats("fr"))

    assert list(drawn) == ["money", "clients_by_result"]
    assert drawn["money"].option["yAxis"]["data"] == ["Collecté", "Potentiel restant"]
    assert drawn["clients_by_result"].alt == (
        "Bilan en nombre de clients : Acceptés 2 (20,00 %), Refusés 3 (30,00 %), En cours 5 (50,00 %)"
    ).replace(" :", "\u00a0:").replace(" %", "\u00a0%")


@needs_assets
def test_the_engine_lives_as_long_as_its_context_and_no_longer():
    charts = Charts()
    with pytest.raises(RuntimeError, match="context"):
        charts.svg(BARS, width=10, height=10)
    with charts:
        assert charts.svg(BARS, width=100, height=100).startswith("<svg")
    with pytest.raises(RuntimeError, match="context"):
        charts.svg(BARS, width=10, height=10)


def test_equal_data_have_equal_checksums_in_both_languages():
    checksums = set()
    for language in ("fr", "en"):
        edition = Edition(about(language))
        write_results(edition, [a_row("Anne")], UNITS)
        edition.table("", [Head("")], [["x"]])
        checksums.add(edition.checksum.text)

    assert len(checksums) == 1
