"""Exploitation: the operations team sees what is refused or parked, without names, tries it again or sets it aside."""

import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import nats
import pytest
from playwright.sync_api import expect

from tests.support.product import Product, running_product, seed_small_network, wait_until

pytestmark = pytest.mark.timeout(300)

SIGNALS = "/api/followups/signals"
HAPPENED = "2026-01-05T09:00:00+01:00"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A product of its own: what is held is counted over the whole network."""
    with running_product("--no-demo") as product:
        yield product


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """The small network, an operator, and two signals that cannot be applied."""
    seed_small_network(product)
    with product.as_crm() as crm:
        profile = {"external_id": "operator", "name": "Exploitation", "access_level": "NONE", "operator": True}
        olga = {"external_id": "olga", "name": "Olga Ferrand", "unit": "net", "profile": "operator"}
        crm.put("/api/directory/profiles", json={"items": [profile]}).raise_for_status()
        crm.put("/api/directory/users", json={"items": [olga]}).raise_for_status()
        wrong = [
            {"id": "too-early", "type": "step_completed", "campaign": "winter", "client": "c1", "step": "nowhere"},
            {"id": "nobody", "type": "step_completed", "campaign": "unheard-of", "client": "c1", "step": "call"},
        ]
        signals = [{**one, "occurred_at": HAPPENED} for one in wrong]
        crm.post(SIGNALS, json={"signals": signals}).raise_for_status()
    product.name_people([{"external_id": "olga", "name": "Olga Ferrand", "title": "Exploitation"}])


def test_the_operator_sees_reasons_and_no_names(open_tab):
    page = open_tab("Olga Ferrand").page
    page.get_by_role("link", name="Exploitation").first.click()

    expect(page.get_by_text("too-early").first).to_be_visible()
    expect(page.get_by_text("nobody").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Client 1")
    expect(page.locator("#glance .tile", has_text="Files bloquées")).to_contain_text("0")
    expect(page.get_by_role("link", name="Ouvrir dans Temporal").first).to_have_attribute(
        "href", re.compile(r"/namespaces/default/workflows/follow-up%2F")
    )


def test_a_count_leads_to_its_list_and_the_list_to_one_reason(open_tab):
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation")
    page.locator(".tile", has_text="Refusées").get_by_role("link").click()

    expect(page).to_have_url(re.compile(r"etat=refused"))
    expect(page.get_by_text("too-early").first).to_be_visible()
    expect(page.get_by_text("nobody")).to_have_count(0)


def test_one_is_set_aside_with_a_reason_and_found_again(open_tab):
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation?etat=refused")
    row = page.locator("tr", has_text="too-early")
    row.get_by_text("Écarter", exact=True).first.click()
    row.get_by_role("button", name="Écarter").click()

    expect(row.locator(".field-error")).to_be_visible()

    row.get_by_label("Raison").fill("Étape d’une ancienne version du CRM")
    row.get_by_role("button", name="Écarter").click()

    expect(page.get_by_text("Rien n’est retenu ici.")).to_be_visible()
    page.get_by_role("link", name="Écartées").click()
    expect(page.get_by_text("too-early").first).to_be_visible()


def test_one_is_tried_again(open_tab):
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation")
    page.locator("tr", has_text="nobody").get_by_role("button", name=re.compile("Reprendre")).click()

    expect(page.get_by_text("1 commande est jugée à nouveau.")).to_be_visible()


def test_queues_and_jobs_are_told_by_number_word_and_state_without_a_reload(open_tab):
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation")
    page.get_by_role("link", name="Files et traitements").click()

    expect(page.locator(".tile", has_text="Évènements à publier")).to_contain_text("à jour")
    expect(page.get_by_text("Aucun traitement en cours.")).to_be_visible()
    consumers = ("followup-campaigns", "campaign-facts", "notification-facts", "reporting-facts")
    for consumer in consumers:
        expect(page.get_by_role("row", name=re.compile(consumer))).to_contain_text("à jour")
    with page.expect_response(lambda answer: answer.url.endswith("/exploitation/files"), timeout=20_000) as again:
        pass
    assert again.value.ok


def test_a_message_set_aside_is_tried_again_and_dismissed_without_its_content(open_tab, product):
    unreadable = b'{"data": {"signal": {"client": "Client 1"}}}'
    with ThreadPoolExecutor(1) as thread:  # the browser keeps this thread's event loop to itself
        thread.submit(asyncio.run, published(product.nats_url, "campaigns.crm.signal_sent.v1.c1", unreadable)).result()
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation/files")
    expect(page.locator(".tile", has_text="Mis de côté")).to_contain_text("à examiner", timeout=30_000)
    page.locator(".tile", has_text="Mis de côté").get_by_role("link").click()

    row = page.get_by_role("row", name=re.compile("signal_sent"))
    expect(row).to_contain_text("cannot be read")
    expect(row).to_contain_text("followup-signals")
    expect(page.locator("main")).not_to_contain_text("Client 1")

    row.get_by_role("button", name=re.compile("Reprendre")).click()
    expect(page.get_by_text("1 message est repris.")).to_be_visible()
    expect(came_back(page)).to_be_visible()
    row.get_by_text("Écarter", exact=True).click()
    row.get_by_role("button", name="Écarter définitivement").click()
    expect(page.get_by_text("Aucun message n’est mis de côté.")).to_be_visible()


async def published(nats_url, subject, body):
    client = await nats.connect(nats_url)
    await client.jetstream().publish(subject, body)
    await client.close()


def came_back(page):
    """The message that its consumer set aside again, as soon as it did."""
    row = page.get_by_role("row", name=re.compile("signal_sent"))
    deadline = time.monotonic() + 30
    while row.count() == 0 and time.monotonic() < deadline:
        page.goto("/exploitation/messages")
    return row


def test_a_job_of_somebody_else_is_stopped(open_tab, product):
    in_two_days = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with product.as_crm() as crm:
        one = crm.get("/api/followups", params={"limit": 1}).raise_for_status().json()["items"][0]["follow_up_id"]
        advisor = crm.get(f"/api/followups/{one}").raise_for_status().json()["advisor"]["id"]
        wish = {"kind": "reassign", "chosen": {"ids": [one]}, "to": [advisor], "effective_on": in_two_days}
        job = crm.post("/api/followups/jobs", json=wish).raise_for_status().json()
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation/files")
    page.get_by_role("row", name=re.compile(job["id"])).get_by_role("button", name=re.compile("Arrêter")).click()

    expect(page.get_by_text("Aucun traitement en cours.")).to_be_visible(timeout=30_000)
    with product.as_crm() as crm:
        assert crm.get(f"/api/followups/jobs/{job['id']}").json()["over"]


def test_the_operators_home_leads_to_what_they_may_do(open_tab):
    page = open_tab("Olga Ferrand").page

    expect(page.get_by_role("alert")).to_have_count(0)
    page.locator("main").get_by_role("link", name="Exploitation").click()
    expect(page.get_by_role("heading", name="Exploitation", exact=True)).to_be_visible()


def test_a_reconciliation_is_begun_watched_and_finds_nothing(open_tab):
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation/rapprochements")
    page.get_by_role("button", name="Rapprocher maintenant").click()

    expect(page.locator("#runs").get_by_text("Terminé").first).to_be_visible(timeout=60_000)
    page.locator("#runs a").first.click()
    expect(page.get_by_text("Aucun écart : tout concorde.")).to_be_visible()


def test_emails_that_could_not_be_sent_are_counted_and_name_nobody(open_tab, product):
    with product.as_crm() as crm:
        client = {"external_id": "c4", "name": "Client 4", "advisor": "anne", "email": "client-4@nowhere.invalid"}
        crm.put("/api/directory/clients", json={"items": [client]}).raise_for_status()
        found = crm.get("/api/followups", params={"limit": 200}).raise_for_status().json()["items"]
        follow_up = next(one["follow_up_id"] for one in found if one["client_name"] == "Client 4")
        letter = {"subject": "Bonjour", "body": "À bientôt."}
        # Refused until the follow-ups have heard of the address.
        wait_until(lambda: crm.post(f"/api/followups/{follow_up}/letters", json=letter).is_success, within=30)
        wait_until(lambda: is_settled(crm, follow_up), within=60)
    page = open_tab("Olga Ferrand").page
    page.goto("/exploitation")
    page.get_by_role("link", name="E-mails", exact=True).click()
    page.locator(".tile", has_text="Échec de l’envoi").get_by_role("link").click()

    expect(page.get_by_role("row", name=re.compile("no such mailbox"))).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Client 4")
    expect(page.locator("main")).not_to_contain_text("client-4")
    page.get_by_role("row", name=re.compile("no such mailbox")).get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_role("status")).to_contain_text("L’e-mail repart, à l’adresse actuelle du client.")


def is_settled(crm, follow_up):
    return crm.get(f"/api/followups/{follow_up}/letters").json()["items"][0]["state"] == "FAILED"


def test_an_advisor_neither_sees_the_entry_nor_the_page(open_tab, product):
    product.name_people([{"external_id": "anne", "name": "Anne Martin", "title": "Conseillère"}])
    page = open_tab("Anne Martin").page

    expect(page.get_by_role("link", name="Exploitation")).to_have_count(0)
    answer = page.goto("/exploitation")
    assert answer is not None
    assert answer.status == 403
    queues = page.goto("/exploitation/files")
    assert queues is not None
    assert queues.status == 403


def test_its_screens_have_no_accessibility_fault_and_fit_the_window(open_tab, product):
    product.name_people([{"external_id": "olga", "name": "Olga Ferrand", "title": "Exploitation"}])
    pages = ("", "?etat=parked", "/files", "/messages", "/courriels", "/rapprochements", "/rapprochements/1")

    assert open_tab("Olga Ferrand").faults("/exploitation" + rest for rest in pages) == {}
