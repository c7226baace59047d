import base64
import hmac
import json
import time

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from shared.runtime import tokens
from shared.runtime.problems import Unavailable
from shared.runtime.settings import Settings
from shared.runtime.tokens import InvalidToken, TokenVerifier

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "two"})
SETTINGS = Settings(public_url="https://jalon.example")


class Issuer:
    """Answers the JWKS request; notes how often it was asked."""

    def __init__(self) -> None:
        self.keys = [KEY]
        self.asked = 0
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            return httpx.Response(503)
        return httpx.Response(200, json=KeySet(self.keys).as_dict(private=False))


@pytest.fixture
def issuer():
    return Issuer()


@pytest.fixture
async def verifier(issuer):
    verifier = TokenVerifier(SETTINGS, client=httpx.AsyncClient(transport=httpx.MockTransport(issuer)))
    yield verifier
    await verifier.close()


def a_token(key=KEY, alg="RS256", kid="one", **claims):
    defaults = {"iss": SETTINGS.oidc_issuer, "aud": "jalon", "sub": "alice", "exp": int(time.time()) + 300}
    header = {"alg": alg, "kid": kid}
    return jwt.encode(header, defaults | claims, key, algorithms=[alg])


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_a_good_token_tells_who_it_speaks_for(verifier):
    identity = await verifier.verify(a_token(scope="openid crm"))

    assert (identity.sub, identity.scopes) == ("alice", {"openid", "crm"})


async def test_a_token_seen_before_is_not_verified_again(verifier, issuer, monkeypatch):
    token = a_token()
    await verifier.verify(token)
    monkeypatch.setattr(verifier, "_decode", None)

    assert (await verifier.verify(token)).sub == "alice"
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://else.example/oidc"},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"sub": ""},
        {"nbf": int(time.time()) + 86_400},  # taken when the tests are collected: long before it is asked
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(verifier, claims):
    with pytest.raises(InvalidToken):
        await verifier.verify(a_token(**claims))


async def test_an_unsigned_token_is_refused(verifier):
    header, payload, _ = a_token().split(".")
    none = encoded(json.dumps({"alg": "none", "kid": "one"}).encode())

    for token in (f"{none}.{payload}.", f"{header}.{payload}."):
        with pytest.raises(InvalidToken):
            await verifier.verify(token)


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(verifier):
    payload = a_token().split(".")[1]
    signed = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'one'}).encode())}.{payload}"
    signature = hmac.new(KEY.as_pem(private=False), signed.encode(), "sha256").digest()

    with pytest.raises(InvalidToken):
        await verifier.verify(f"{signed}.{encoded(signature)}")


async def test_another_algorithm_is_refused_even_with_a_known_key(verifier, issuer):
    issuer.keys = [KEY, ECKey.generate_key("P-256", {"kid": "ec"})]

    for token in (a_token(issuer.keys[1], alg="ES256", kid="ec"), a_token(alg="RS512")):
        with pytest.raises(InvalidToken):
            await verifier.verify(token)


async def test_a_tampered_token_is_refused(verifier):
    header, _, signature = a_token().split(".")
    payload = a_token(sub="mallory").split(".")[1]

    with pytest.raises(InvalidToken):
        await verifier.verify(f"{header}.{payload}.{signature}")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "a" * 9000, "\ud800"])
async def test_garbage_is_refused(verifier, token):
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


async def test_a_key_changed_by_the_issuer_is_fetched(verifier, issuer, monkeypatch):
    monkeypatch.setattr(tokens, "_ASK_AGAIN_AFTER", 0)
    await verifier.verify(a_token())
    issuer.keys = [KEY, OTHER]

    assert (await verifier.verify(a_token(OTHER, kid="two"))).sub == "alice"


async def test_a_flood_of_unknown_keys_asks_the_issuer_once(verifier, issuer):
    for n in range(5):
        with pytest.raises(InvalidToken):
            await verifier.verify(a_token(OTHER, kid=f"forged-{n}"))

    assert issuer.asked == 1


async def test_an_issuer_that_is_away_is_an_outage_not_a_refusal(verifier, issuer):
    issuer.away = True

    with pytest.raises(Unavailable) as caught:
        await verifier.verify(a_token())

    assert caught.value.code == "issuer_unavailable"


async def test_a_token_kept_from_before_expires_all_the_same(verifier, monkeypatch):
    token = a_token(exp=int(time.time()) + 60)
    await verifier.verify(token)
    monkeypatch.setattr(tokens, "time", lambda: time.time() + 100)

    with pytest.raises(InvalidToken, match="expired"):
        await verifier.verify(token)
