"""Signing in at the real embedded issuer, staying in, and out again."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.embedded.issuer.app import create_app as create_issuer
from deploy.embedded.issuer.settings import Settings as IssuerSettings
from services.portal.app import create_app
from services.portal.frame import SESSION_COOKIE
from services.portal.sessions import Sealer
from services.portal.settings import Settings
from tests.support.fakes_portal import FakeApis
from tests.support.html_pages import Page

ORIGIN = "http://portal.test"


@pytest.fixture
def apis():
    return FakeApis(token=None)


@pytest.fixture
def settings(tmp_path):
    people = [{"external_id": "anne", "name": "Anne Martin", "title": "Conseillère, Agence Lyon"}]
    (tmp_path / "demo-users.json").write_text(json.dumps(people))
    return Settings(public_url=ORIGIN, session_key="secret", jalon_data=tmp_path, log_level="ERROR")


@pytest.fixture
async def app(apis, settings):
    issuer = create_issuer(
        IssuerSettings(
            jalon_env="embedded",
            jalon_data=settings.jalon_data,
            public_url=ORIGIN,
            oidc_issuer=f"{ORIGIN}/oidc",
            crm_client_secret="crm",
        )
    )
    upstream = apis.app()

    async def network(scope, receive, send):
        await (issuer if scope["path"].startswith("/oidc") else upstream)(scope, receive, send)

    app = create_app(settings, transport=httpx.ASGITransport(network))
    app.state.issuer = issuer
    async with app.router.lifespan_context(app):
        yield app


async def choose_person(app, address, person="anne"):
    """What the person does at the issuer: the address that leads back."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.state.issuer), base_url=ORIGIN) as issuer:
        fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = await issuer.post("/oidc/authorize", data={**fields, "person": person})
        return answer.headers["location"]


async def sign_in(app, browser, wished="/suivis"):
    there = await browser.get("/auth/login", params={"next": wished})
    back = await choose_person(app, there.headers["location"])
    return await browser.get(back)


async def test_the_page_for_strangers_names_the_people_of_the_demonstration(stranger):
    answer = await stranger.get("/")
    page = Page(answer.text)

    assert answer.status_code == 200
    assert "Anne Martin Conseillère, Agence Lyon" in page.text
    assert "/auth/login?next=%2F" in page.links


async def test_signing_in_leads_to_the_page_that_was_wanted(app, stranger):
    answer = await sign_in(app, stranger)

    assert (answer.status_code, answer.headers["location"]) == (303, "/suivis")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "eyJ" not in Sealer("other").form_token(Sealer("secret").open_session(stranger.cookies[SESSION_COOKIE]))
    assert (await stranger.get("/suivis")).status_code == 200


async def test_the_session_cannot_be_read_or_made_by_anybody_else(app, stranger):
    await sign_in(app, stranger)
    cookie = stranger.cookies[SESSION_COOKIE]

    assert "Anne" not in cookie
    assert Sealer("another key").open_session(cookie) is None
    assert Sealer("secret").open_session(cookie[:-4] + "AAAA") is None
    assert Sealer("secret").open_session(cookie).name == "Anne Martin"


async def test_a_code_is_refused_in_a_browser_that_did_not_ask_for_it(app, stranger):
    there = await stranger.get("/auth/login")
    back = await choose_person(app, there.headers["location"])
    stranger.cookies.clear()

    answer = await stranger.get(back)

    assert answer.headers["location"] == "/connexion?next=%2F&reason=failed"
    assert SESSION_COOKIE not in stranger.cookies


@pytest.mark.parametrize("change", [{"state": "other"}, {"code": "made up"}, {"code": ""}])
async def test_an_answer_that_does_not_fit_signs_nobody_in(app, stranger, change):
    there = await stranger.get("/auth/login")
    back = await choose_person(app, there.headers["location"])
    given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    answer = await stranger.get("/auth/callback", params=given | change)

    assert "reason=failed" in answer.headers["location"]


async def test_a_person_unknown_to_the_directory_is_told_so(app, stranger, apis):
    apis.refusals = {"/api/directory/me": (403, "unknown_user")}

    answer = await sign_in(app, stranger)
    page = Page((await stranger.get(answer.headers["location"])).text)

    assert "Cette personne est inconnue ou n’est plus active" in page.text


@pytest.mark.parametrize("wished", ["//evil.test/", "https://evil.test", "/\\evil.test", "evil", "/\t/evil.test"])
async def test_signing_in_never_leads_elsewhere(app, stranger, wished):
    answer = await sign_in(app, stranger, wished)

    assert answer.headers["location"] == "/"


async def test_somebody_who_came_by_another_name_is_sent_to_the_public_address_first(stranger):
    answer = await stranger.get("/auth/login", headers={"Host": "localhost:8000"})

    assert answer.headers["location"] == f"{ORIGIN}/auth/login?next=%2F"


async def test_signing_out_ends_the_session(app, stranger):
    await sign_in(app, stranger)
    page = Page((await stranger.get("/")).text)
    form = next(form for form in page.forms if form.action == "/auth/logout")

    answer = await stranger.post("/auth/logout", data=form.data())

    assert answer.headers["location"] == "/"
    assert SESSION_COOKIE not in stranger.cookies


async def test_when_the_token_has_expired_one_comes_back_to_the_same_page(app, stranger, apis):
    await sign_in(app, stranger)
    apis.token = "another"

    page = await stranger.get("/suivis?etat=OPEN")
    part = await stranger.get("/indicateurs", headers={"HX-Request": "true", "HX-Current-URL": f"{ORIGIN}/suivis"})

    assert page.headers["location"] == "/connexion?next=%2Fsuivis%3Fetat%3DOPEN&reason=expired"
    assert part.headers["hx-redirect"] == "/connexion?next=%2Fsuivis&reason=expired"


def test_production_does_not_start_without_a_key():
    with pytest.raises(ValueError, match="SESSION_KEY"):
        Settings(jalon_env="production")
