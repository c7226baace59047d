"""The digest as people read it: text and HTML with the same lines, in French and in English."""

from dataclasses import replace
from datetime import date

from services.notification.ports import Notice
from services.notification.ports.digests import Digest
from services.notification.use_cases.write_digest import write_digest
from shared.contracts.to_do import WorkFound, WorkItem
from tests.support.stories_notification import NOON

NOTICE = Notice(
    notice_id="n1",
    campaign_id="c1",
    campaign_name="Retraite",
    start_date=date(2026, 11, 1),
    end_date=date(2026, 12, 31),
    clients=12,
    news=3,
    unread=True,
    revision=1,
    created_at=NOON,
    renewed_at=NOON,
)


def an_item(client: str | None, step: str, on: date, follow_up: str = "f1") -> WorkItem:
    return WorkItem(follow_up_id=follow_up, client_name=client, campaign_name="Retraite", step_title=step, on=on)


DIGEST = Digest(
    name="Anne Durand",
    day=date(2026, 11, 24),
    unread=2,
    notices=[NOTICE],
    work=WorkFound(
        late=1,
        today=1,
        conclusion=1,
        due_items=(
            an_item("Claire Martin", "Appel", date(2026, 11, 20)),
            an_item(None, "Courrier", date(2026, 11, 24), "f2"),
        ),
        conclusion_items=(an_item("Zoé <b>", "Rendez-vous", date(2026, 11, 23), "f3"),),
    ),
)


def test_in_french():
    written = write_digest(DIGEST, "fr", "https://jalon.example/")

    assert written.subject == "Votre journée du mardi 24 novembre 2026"
    assert written.text == (
        "Bonjour Anne Durand,\n"
        "Voici ce qui vous attend ce mardi 24 novembre 2026.\n"
        "\n"
        "Avis non lus : 2\n"
        "- Retraite – 12 clients à contacter, dont 3 nouveaux\n"
        "  https://jalon.example/avis/n1\n"
        "- et 1 autre\n"
        "\n"
        "Étapes en retard : 1 – à faire aujourd’hui : 1\n"
        "- Claire Martin – Retraite – Appel (échéance le 20 nov. 2026, en retard)\n"
        "  https://jalon.example/suivis/f1\n"
        "- (nom inconnu) – Retraite – Courrier (échéance le 24 nov. 2026)\n"
        "  https://jalon.example/suivis/f2\n"
        "\n"
        "Conclusions attendues : 1\n"
        "- Zoé <b> – Retraite – Rendez-vous (depuis le 23 nov. 2026)\n"
        "  https://jalon.example/suivis/f3\n"
        "\n"
        "Ouvrir Jalon : https://jalon.example/\n"
        "\n"
        "Vous recevez ce message parce que vous l’avez demandé ; vos préférences dans Jalon l’arrêtent.\n"
    )


def test_in_english():
    written = write_digest(replace(DIGEST, unread=1), "en", "https://jalon.example")

    assert written.subject == "Your day, Tuesday 24 November 2026"
    assert "Unread notices: 1\n- Retraite – 12 clients to contact, 3 of them new\n" in written.text
    assert "- Claire Martin – Retraite – Appel (due on 20 Nov 2026, late)\n" in written.text
    assert "Waiting for a conclusion: 1\n" in written.text
    assert "Steps offered next" not in written.text
    assert '<html lang="en">' in written.html


def test_html_says_the_same_and_a_name_is_never_markup():
    html = write_digest(DIGEST, "fr", "https://jalon.example").html

    assert '<li><a href="https://jalon.example/suivis/f3">Zoé &lt;b&gt; – Retraite – Rendez-vous' in html
    assert "<h2>Étapes en retard : 1 – à faire aujourd’hui : 1</h2>" in html
    assert "<b>" not in html


def test_without_anything_to_read_or_to_do_there_is_nothing_to_say():
    nothing = replace(DIGEST, unread=0, work=WorkFound())

    assert not nothing.says_something
    assert replace(nothing, work=WorkFound(offered=1)).says_something
