"""Administration: profiles and rights, people, the structure, imports, working days and webhooks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.product import Product, running_product

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A product of its own: profiles, people and working days are those of the whole network."""
    with running_product("--no-demo") as product:
        yield product


def name_people(product):
    product.name_people(
        [
            {"external_id": "ada", "name": "Ada Morel", "title": "Administration"},
            {"external_id": "anne", "name": "Anne Martin", "title": "Conseillère"},
        ]
    )


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """A branch with an advisor and a manager, and an administrator without a reach."""
    admins = {"external_id": "admins", "name": "Administrateurs", "access_level": "NONE", "administrator": True}
    advisor = {"external_id": "advisor", "name": "advisor", "access_level": "OWN"}
    manager = {"external_id": "manager", "name": "manager", "access_level": "ALL", "manage_campaigns": True}
    units = [
        {"external_id": "net", "name": "Réseau"},
        {"external_id": "lyon", "name": "Agence Lyon", "parent": "net"},
    ]
    users = [
        {"external_id": "ada", "name": "Ada Morel", "unit": "net", "profile": "admins"},
        {"external_id": "anne", "name": "Anne Martin", "unit": "lyon", "profile": "advisor"},
        {"external_id": "boris", "name": "Boris Petit", "unit": "lyon", "profile": "manager"},
    ]
    with product.as_crm() as crm:
        for kind, items in (("units", units), ("profiles", [admins, advisor, manager]), ("users", users)):
            answer = crm.put(f"/api/directory/{kind}", json={"items": items}).raise_for_status().json()
            assert answer["errors"] == []


@pytest.fixture
def administrator(open_tab, product):
    """The page of the administrator."""
    name_people(product)
    return open_tab("Ada Morel").page


def test_a_profile_is_created_then_given_the_right_to_manage_campaigns(administrator):
    page = administrator
    page.locator("details.menu summary.tool").click()
    page.locator(".menu-body").get_by_role("link", name="Administration").click()
    expect(page.get_by_role("link", name="Profils utilisateur")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Nouveau profil").click()
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.locator(".field-error")).to_have_count(2)

    page.get_by_label("Nom").fill("Responsable d’agence")
    page.get_by_label("Identifiant").fill("branch-manager")
    page.locator("#level-UNIT").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Responsable d’agence").click()
    page.get_by_label("Gestion des opérations commerciales").check()
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_role("status")).to_contain_text("Le profil « Responsable d’agence » est enregistré")
    row = page.locator("tr", has_text="branch-manager")
    expect(row).to_contain_text("Son unité")
    expect(row.get_by_text("oui")).to_have_count(1)


def test_two_editors_see_each_others_change_named_and_lose_nothing(administrator, product):
    page = administrator
    with product.as_crm() as crm:
        profile = {"external_id": "shared", "name": "Partagé", "access_level": "OWN"}
        crm.put("/api/directory/profiles", json={"items": [profile]}).raise_for_status()
        page.goto("/administration")
        page.get_by_role("link", name="Partagé").click()
        crm.put("/api/directory/profiles", json={"items": [{**profile, "access_level": "ALL"}]}).raise_for_status()
    page.get_by_label("Nom").fill("Partagé par deux")
    page.get_by_role("button", name="Enregistrer").click()

    note = page.get_by_role("alert")
    expect(note).to_contain_text("Quelqu’un a enregistré entre-temps")
    expect(note).to_contain_text("Droit d’accès : Ses clients → Tout le réseau")
    expect(page.get_by_label("Nom")).to_have_value("Partagé par deux")

    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("tr", has_text="shared")).to_contain_text("Partagé par deux")


def test_a_profile_that_nobody_has_is_deleted_and_one_in_use_is_not(administrator, product):
    page = administrator
    with product.as_crm() as crm:
        crm.put("/api/directory/profiles", json={"items": [{"external_id": "old", "name": "Ancien"}]})
    for name, told in (("Ancien", "Le profil est supprimé."), ("advisor", "Des personnes ont ce profil")):
        page.goto("/administration")
        page.get_by_role("link", name=name, exact=True).click()
        page.locator("summary", has_text="Supprimer le profil").click()
        page.get_by_role("button", name="Supprimer le profil").click()

        expect(page.locator("main")).to_contain_text(told)


def test_somebody_is_found_and_given_a_right_of_their_own_and_the_history_says_by_whom(administrator):
    page = administrator
    page.goto("/administration")
    page.get_by_role("link", name="Utilisateurs").click()
    page.get_by_label("Nom ou identifiant").fill("bor")
    page.get_by_role("button", name="Filtrer").click()
    expect(page).to_have_url(re.compile(r"q=bor"))
    page.get_by_role("link", name="Boris Petit").click()
    row = page.locator("tr", has_text="Exploitant")
    expect(row.locator("td")).to_have_text(["non", "non", "non"])

    page.get_by_label("Exploitant").check()
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_role("status")).to_contain_text("valent déjà")
    expect(row.locator("td")).to_have_text(["non", " oui", " oui"])
    page.get_by_role("main").get_by_role("link", name="Historique").last.click()
    latest = page.locator("tbody tr").first
    expect(latest).to_contain_text("Exploitant : non → oui")
    expect(latest).to_contain_text("Ada Morel")


def test_an_advisor_neither_sees_the_entry_nor_the_pages(open_tab, product):
    name_people(product)
    page = open_tab("Anne Martin").page

    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    for address in ADDRESSES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403, address


ADDRESSES = (
    "/administration",
    "/administration/profils/nouveau",
    "/administration/utilisateurs",
    "/administration/historique",
    "/administration/structure",
    "/administration/imports",
    "/administration/calendrier",
    "/administration/webhooks",
    "/administration/webhooks/nouveau",
)


def test_the_structure_opens_by_links_and_marks_who_left(administrator, product):
    page = administrator
    with product.as_crm() as crm:
        gone = {"external_id": "gone", "name": "Gaston Parti", "unit": "lyon", "profile": "advisor", "active": False}
        crm.put("/api/directory/users", json={"items": [gone]}).raise_for_status()
    page.goto("/administration/structure")
    page.locator("main").get_by_role("link", name="Réseau").click()
    page.locator("main").get_by_role("link", name="Agence Lyon").click()

    expect(page).to_have_url(re.compile("unite="))
    expect(page.locator(".row-item", has_text="Gaston Parti")).to_contain_text("désactivé")
    expect(page.locator(".row-item", has_text="Anne Martin")).not_to_contain_text("désactivé")


def test_a_file_is_rehearsed_then_imported_and_refused_rows_are_downloaded(administrator, product):
    page = administrator
    content = "external_id;name;parent\nnice;Agence Nice;net\nlost;Agence perdue;nowhere\n"
    page.goto("/administration/imports")
    page.get_by_label("Fichier CSV").set_input_files(
        {"name": "unites.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Essayer").click()

    report = page.locator("#import-report")
    expect(report).to_contain_text("Essai de unites.csv : rien n’est gardé")
    expect(report.locator("dd")).to_have_text(["2", "1", "0", "1"])
    expect(report.locator("tbody tr")).to_contain_text("L’unité supérieure n’existe pas")
    assert "nice" not in units_of(product)

    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger les lignes refusées").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Ligne;Identifiant;Code;Motif"
    assert [line.split(";")[:2] for line in lines[1:]] == [["3", "lost"]]

    page.get_by_role("button", name="Importer 1 ligne").click()
    expect(report).to_contain_text("Import de unites.csv : terminé")
    assert "nice" in units_of(product)
    assert "lost" not in units_of(product)


def test_a_file_that_cannot_be_read_says_so(administrator):
    page = administrator
    page.goto("/administration/imports")
    page.get_by_role("button", name="Essayer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez un fichier")

    page.get_by_label("Fichier CSV").set_input_files(
        {"name": "faux.csv", "mimeType": "text/csv", "buffer": b"external_id;colour\nx;red\n"}
    )
    page.get_by_role("button", name="Essayer").click()
    expect(page.get_by_role("alert")).to_contain_text("colonne")


def units_of(product):
    """The external ids of all units."""
    with product.as_crm() as crm:
        return {unit["external_id"] for unit in crm.get("/api/directory/units").json()["items"]}


def test_a_closing_day_is_added_and_removed_and_an_unknown_country_is_refused(administrator):
    page = administrator
    page.goto("/administration/calendrier?annee=2027")
    expect(page.locator(".row-item", has_text="14 juil. 2027")).to_contain_text("jour férié")
    page.get_by_role("button", name="Ajouter une fermeture").click()
    expect(page.locator(".field-error")).to_have_count(2)

    page.locator("#day").fill("2027-07-16")
    page.locator("#label").fill("Pont du réseau")
    page.get_by_role("button", name="Ajouter une fermeture").click()
    row = page.locator(".row-item", has_text="Pont du réseau")
    expect(row).to_contain_text("16 juil. 2027 · fermeture du réseau")

    row.get_by_role("button").click()
    expect(row).to_have_count(0)
    page.locator("#country").fill("ZZ")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".field-error")).to_contain_text("Aucun jour férié n’est connu")


def test_a_webhook_shows_its_secret_once_and_changes_it(administrator):
    page = administrator
    page.goto("/administration/webhooks")
    page.get_by_role("link", name="Nouvel abonnement").click()
    page.get_by_label("Nom").fill("Entrepôt")
    page.get_by_label("Adresse").fill("https://example.com/hook")
    page.get_by_label("Opération créée ou modifiée").check()
    page.get_by_role("button", name="Abonner").click()
    first = page.locator(".secret").inner_text()
    assert len(first) > 20

    page.get_by_role("link", name="Le secret est copié").click()
    expect(page.locator("main")).not_to_contain_text(first)
    expect(page.get_by_text("Aucun envoi ici.")).to_be_visible()
    page.get_by_role("button", name="Changer le secret").click()
    expect(page.locator(".secret")).not_to_have_text(first)

    page.goto("/administration/webhooks")
    page.get_by_role("link", name="Entrepôt").click()
    page.get_by_label("En pause").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".card-header .pill")).to_contain_text("en pause")
    page.locator("summary", has_text="Supprimer l’abonnement").click()
    page.get_by_role("button", name="Supprimer l’abonnement").click()
    expect(page.get_by_text("Aucun abonnement encore.")).to_be_visible()


def test_somebody_chooses_a_digest_from_their_own_menu(open_tab, product):
    name_people(product)
    page = open_tab("Anne Martin").page
    page.locator("details.menu summary.tool").click()
    page.get_by_role("link", name="Mon récapitulatif quotidien").click()
    page.get_by_label("Langue").select_option("en")
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_role("status")).to_contain_text("Votre choix est enregistré.")
    expect(page.get_by_label("Langue")).to_have_value("en")


def test_its_screens_have_no_accessibility_fault_and_fit_the_window(open_tab, product):
    name_people(product)
    tab = open_tab("Ada Morel")

    def first(address, selector):
        tab.page.goto(address)
        return tab.page.locator(selector).first.get_attribute("href")

    profile = first("/administration", "main a[href^='/administration/profils/']:not(.btn)")
    user = first("/administration/utilisateurs", "main a[href^='/administration/utilisateurs/']")
    pages = ("utilisateurs", "historique", "structure", "imports", "calendrier", "webhooks", "webhooks/nouveau")
    assert tab.faults(("/administration", profile, user, *(f"/administration/{page}" for page in pages))) == {}
