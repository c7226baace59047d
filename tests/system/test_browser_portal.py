"""The screens in a real browser on fake APIs: what scripts add, phones, dark colours, and WCAG by axe-core."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from deploy.embedded.processes import free_port
from tests.support.browser import opened_tab, running_browser
from tests.support.fakes_portal import NOTICE_ID
from tests.support.fakes_portal_follow_up import CAMPAIGN_ID, FOLLOW_UP_ID
from tests.support.one_origin import OneOrigin, serving

FOLLOW_UP = f"/suivis/{FOLLOW_UP_ID}"
pytestmark = pytest.mark.timeout(300)
SCREENS = ["/connexion", f"/?campagne={CAMPAIGN_ID}", "/avis", f"/avis/{NOTICE_ID}", "/suivis", FOLLOW_UP]


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    app = OneOrigin(origin, tmp_path_factory.mktemp("portal"))
    with serving(app, port):
        yield origin, app


@pytest.fixture
def apis(served):
    served[1].renew()
    return served[1].apis


@contextmanager
def signed_in(browser, served, **options):
    with opened_tab(browser, served[0], **options) as tab:
        tab.page.goto("/")
        tab.page.locator("a.btn-primary").click()
        tab.page.get_by_role("button", name="Anne Martin").click()
        tab.page.wait_for_url(f"{served[0]}/")
        yield tab


@pytest.fixture
def tab(browser, served, apis):
    with signed_in(browser, served) as tab:
        yield tab
        assert tab.complaints == []


def complete_first_call(page):
    page.get_by_label("Présenter l’offre").check()
    page.get_by_role("button", name="Terminer l’étape").click()


def test_a_step_is_completed_and_the_next_offered_without_loading_the_page_again(tab, apis):
    page = tab.page
    page.goto("/")
    page.get_by_role("link", name="Zoé Lefèvre", exact=True).click()
    page.evaluate("document.body.dataset.kept = 'yes'")

    complete_first_call(page)

    expect(page.get_by_role("heading", name="Étape suivante")).to_be_visible()
    expect(page.get_by_role("heading", name="Relance")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Étape enregistrée.")).to_be_focused()
    assert page.evaluate("document.body.dataset.kept") == "yes"
    assert [body["step_id"] for body in apis.follow_up.recorded] == ["call"]


def test_a_missing_tick_is_shown_in_place_with_what_was_typed(tab, apis):
    page = tab.page
    page.goto(FOLLOW_UP)
    page.get_by_role("textbox", name="Note").fill("Elle rappelle lundi")

    page.get_by_role("button", name="Terminer l’étape").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Cette action est obligatoire")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Elle rappelle lundi")
    assert tab.accessibility() == []


def test_while_the_service_is_away_the_page_keeps_what_was_typed_and_the_next_press_records(tab, apis):
    page = tab.page
    page.goto(FOLLOW_UP)
    page.get_by_role("textbox", name="Note").fill("Elle rappelle lundi")
    address = f"/api/followups/{FOLLOW_UP.rpartition('/')[2]}"
    apis.away |= {address, f"{address}/commands"}

    complete_first_call(page)

    expect(page.locator("#trouble").get_by_text("votre saisie aussi")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Elle rappelle lundi")
    apis.away.clear()
    page.get_by_role("button", name="Terminer l’étape").click()
    expect(page.get_by_text("Étape enregistrée.")).to_be_visible()
    expect(page.locator("#trouble .note")).to_have_count(0)
    assert [body["step_id"] for body in apis.follow_up.recorded] == ["call"]
    tab.complaints.clear()  # of the 503


def test_an_interrupted_connection_is_said_and_loses_nothing(tab):
    page = tab.page
    page.goto(FOLLOW_UP)
    page.get_by_role("textbox", name="Note").fill("Elle rappelle lundi")
    page.context.set_offline(True)
    complete_first_call(page)

    expect(page.get_by_text("La connexion est interrompue.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Terminer l’étape").click()
    expect(page.get_by_text("Étape enregistrée.")).to_be_visible()
    tab.complaints.clear()  # of the request that failed


def test_parts_that_could_not_be_read_try_again_later_each_time_and_leave_the_page_as_it_is(tab, apis):
    page = tab.page
    apis.away |= {"/api/notifications/notices", "/api/reports/indicators", "/api/followups/to-do/counts"}
    page.goto("/")
    page.evaluate("document.body.dataset.kept = 'yes'")
    parts = [page.locator(part) for part in ("#notices", "#indicators", "#to-do")]
    for part in parts:
        expect(part.get_by_role("alert")).to_contain_text("Cette partie s’affichera d’elle-même")

    for part in parts:
        expect(part.locator("[hx-trigger='every 4s']")).to_be_visible()
    apis.away.clear()

    for part in parts:
        expect(part.locator(".note-red")).to_have_count(0)
    expect(page.get_by_role("button", name="Marquer comme lue")).to_be_visible()
    assert page.evaluate("document.body.dataset.kept") == "yes"


def test_a_double_click_records_once(tab, apis):
    page = tab.page
    page.goto(FOLLOW_UP)
    page.get_by_label("Présenter l’offre").check()

    page.get_by_role("button", name="Terminer l’étape").dblclick()

    expect(page.get_by_text("Étape enregistrée.")).to_be_visible()
    assert len(apis.follow_up.recorded) == 1


def test_the_button_pressed_is_the_one_that_counts_and_ctrl_enter_saves(tab, apis):
    page = tab.page
    page.goto(FOLLOW_UP)

    page.get_by_role("button", name="Commencer sans terminer").click()
    expect(page.get_by_text("Étape commencée.")).to_be_visible()
    page.get_by_label("Présenter l’offre").check()
    page.get_by_role("textbox", name="Note").press("Control+Enter")

    expect(page.get_by_text("Étape enregistrée.")).to_be_visible()
    assert [body["kind"] for body in apis.follow_up.recorded] == ["BeginStep", "CompleteStep"]


def test_a_pending_answer_resolves_itself(tab, apis):
    page = tab.page
    page.goto(FOLLOW_UP)
    apis.follow_up.pending = 2

    complete_first_call(page)

    expect(page.get_by_text("Enregistrement en cours")).to_be_visible()
    expect(page.get_by_text("Enregistrement en cours")).to_be_hidden(timeout=10_000)
    expect(page.get_by_role("heading", name="Étape proposée")).to_be_visible()


def test_an_event_changes_the_bell_and_the_list_without_reloading(browser, served, apis):
    apis.unread = False
    with signed_in(browser, served) as tab:
        expect(tab.page.get_by_text("1 notification non lue")).to_have_count(0)
        apis.unread = True
        apis.events = [f'id: 2\nevent: notice\ndata: {{"notice_id": "{NOTICE_ID}"}}\n\n']

        expect(tab.page.get_by_text("1 notification non lue")).to_have_count(1)
        expect(tab.page.get_by_role("button", name="Marquer comme lue")).to_be_visible()
        assert tab.accessibility() == []


def test_a_notice_is_marked_in_place(tab, apis):
    tab.page.goto("/")

    tab.page.get_by_role("button", name="Marquer comme lue").click()

    expect(tab.page.get_by_role("button", name="Marquer comme non lue")).to_be_visible()
    assert apis.unread is False


def test_clicking_a_campaign_shows_its_figures_and_back_works(tab):
    page = tab.page
    page.goto("/")

    page.get_by_role("link", name="Épargne d’hiver En cours").click()

    expect(page.get_by_role("heading", name="Indicateurs : Épargne d’hiver")).to_be_visible()
    assert page.url.endswith(f"/?campagne={CAMPAIGN_ID}")
    page.go_back()
    expect(page.get_by_role("heading", name="Indicateurs : Toutes les opérations")).to_be_visible()


def test_leaving_with_changes_is_asked_about(tab):
    page = tab.page
    page.goto(FOLLOW_UP)
    page.get_by_role("textbox", name="Note").press_sequentially("x")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.get_by_role("link", name="Accueil").click()
    page.wait_for_url("**/")

    assert asked == ["beforeunload"]


def test_by_keyboard_one_skips_to_the_content_and_closes_the_menu(tab):
    page = tab.page
    page.goto("/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator(".top details.menu summary").click()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Se déconnecter")).to_be_hidden()


def test_everything_works_without_scripts(browser, served, apis):
    with signed_in(browser, served, java_script_enabled=False) as tab:
        tab.page.goto(FOLLOW_UP)
        complete_first_call(tab.page)

        expect(tab.page.get_by_text("Étape enregistrée.")).to_be_visible()
        expect(tab.page.get_by_role("heading", name="Étape suivante")).to_be_visible()
    assert len(apis.follow_up.recorded) == 1


def test_no_screen_has_an_accessibility_fault_or_is_wider_than_the_window(browser, served, apis):
    def unfold(page):
        for details in page.locator("details:not(.menu)").all():
            details.evaluate("details => { details.open = true }")

    with signed_in(browser, served) as tab:
        assert tab.faults(SCREENS, unfold) == {}
        tab.page.goto("/nowhere")
        assert tab.accessibility() == []
        assert tab.complaints == []
