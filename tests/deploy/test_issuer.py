import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from deploy.embedded.issuer.app import NotForProductionError, create_app
from deploy.embedded.issuer.settings import Settings
from deploy.embedded.issuer.tokens import issue_token, load_key

PUBLIC_URL = "http://127.0.0.1:8000"
VERIFIER = "a" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "client_id": "portal",
    "redirect_uri": f"{PUBLIC_URL}/auth/callback",
    "response_type": "code",
    "scope": "openid profile",
    "state": "kept",
    "nonce": "once",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def settings(folder: Path, *, environment: str = "embedded") -> Settings:
    return Settings(
        jalon_env=environment,
        jalon_data=folder,
        public_url=PUBLIC_URL,
        oidc_issuer=f"{PUBLIC_URL}/oidc",
        crm_client_secret=SecretStr("between us"),
    )


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    people = [{"external_id": "C-17", "name": "Léa Martin", "title": "Conseillère"}]
    (tmp_path / "demo-users.json").write_text(json.dumps(people), encoding="utf-8")
    transport = httpx.ASGITransport(create_app(settings(tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


async def claims_of(browser: httpx.AsyncClient, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set((await browser.get("/oidc/jwks")).json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


async def code_for(browser: httpx.AsyncClient, person: str) -> str:
    answer = await browser.post("/oidc/authorize", data={**REQUEST, "person": person})
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["kept"]
    return query["code"][0]


def exchange(code: str, **changed: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "portal",
        "redirect_uri": REQUEST["redirect_uri"],
        "code_verifier": VERIFIER,
        **changed,
    }


async def test_a_chosen_person_gets_tokens_in_their_name(browser):
    page = await browser.get("/oidc/authorize", params=REQUEST)
    assert "Léa Martin" in page.text

    answer = await browser.post("/oidc/token", data=exchange(await code_for(browser, "C-17")))

    access = await claims_of(browser, answer.json()["access_token"])
    identity = await claims_of(browser, answer.json()["id_token"])
    assert (access["sub"], access["aud"], access["iss"]) == ("C-17", "jalon", f"{PUBLIC_URL}/oidc")
    assert (identity["aud"], identity["nonce"], identity["name"]) == ("portal", "once", "Léa Martin")


@pytest.mark.parametrize("person", ["crm", " crm "])
async def test_nobody_signs_in_as_the_crm(browser, person):
    answer = await browser.post("/oidc/authorize", data={**REQUEST, "person": person})

    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


async def test_a_person_who_asks_for_the_crms_scope_is_not_granted_it(browser):
    asked = {**REQUEST, "scope": "openid crm", "person": "C-17"}
    location = (await browser.post("/oidc/authorize", data=asked)).headers["location"]

    answer = await browser.post("/oidc/token", data=exchange(parse_qs(urlsplit(location).query)["code"][0]))

    assert (await claims_of(browser, answer.json()["access_token"]))["scope"] == "openid"


async def test_a_code_works_once(browser):
    code = await code_for(browser, "C-17")
    await browser.post("/oidc/token", data=exchange(code))

    again = await browser.post("/oidc/token", data=exchange(code))

    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(browser):
    code = await code_for(browser, "C-17")

    answer = await browser.post("/oidc/token", data=exchange(code, code_verifier="b" * 50))

    assert answer.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("changed", [{"redirect_uri": "https://elsewhere.example/"}, {"client_id": "stranger"}])
async def test_an_unknown_return_address_or_client_is_never_redirected_to(browser, changed):
    answer = await browser.get("/oidc/authorize", params={**REQUEST, **changed})

    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
    ],
)
async def test_a_request_off_the_protocol_goes_back_with_its_error(browser, changed, error):
    answer = await browser.get("/oidc/authorize", params={**REQUEST, **changed})

    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


async def test_the_crm_signs_in_with_its_secret(browser):
    answer = await browser.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("crm", "between%20us"))

    claims = await claims_of(browser, answer.json()["access_token"])
    assert (claims["sub"], claims["scope"]) == ("crm", "crm")


@pytest.mark.parametrize(("client", "secret"), [("crm", "wrong"), ("portal", "between us"), ("", "")])
async def test_a_wrong_secret_opens_nothing(browser, client, secret):
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}

    answer = await browser.post("/oidc/token", data=form)

    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_no_grant_gives_a_token_for_a_name_alone(browser):
    answer = await browser.post("/oidc/token", data={"grant_type": "password", "username": "C-17", "password": ""})

    assert answer.json() == {"error": "unsupported_grant_type"}


async def test_the_page_runs_no_script_and_speaks_the_browsers_language(browser):
    page = await browser.get("/oidc/authorize", params=REQUEST, headers={"accept-language": "en-GB,fr;q=0.5"})

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|style=|onclick", page.text)
    assert '<html lang="en">' in page.text


async def test_what_the_request_brings_is_escaped(browser):
    page = await browser.get("/oidc/authorize", params={**REQUEST, "state": '"><b>'})

    assert '"><b>' not in page.text


def test_it_refuses_to_start_in_production(tmp_path):
    with pytest.raises(NotForProductionError):
        create_app(settings(tmp_path, environment="production"))


async def test_a_token_signed_with_the_key_in_hand_is_as_good(browser, tmp_path):
    key = load_key(tmp_path / "secrets" / "issuer-key.json")

    claims = await claims_of(browser, issue_token(key, "C-17", issuer="us", audience="jalon", scope="openid"))

    assert (claims["sub"], claims["scope"]) == ("C-17", "openid")


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "secrets" / "issuer-key.json"

    first, second = load_key(path), load_key(path)

    assert first.kid == second.kid
    assert path.stat().st_mode & 0o077 == 0
