"""The issuer's endpoints, wired: discovery, keys, authorization code with PKCE, client credentials for the CRM."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.embedded.folder import DataFolder
from deploy.embedded.issuer.codes import AuthorizationRequest, Codes, ProtocolError, RequestRefusedError
from deploy.embedded.issuer.pages import STYLE, people_page, read_people, refusal_page
from deploy.embedded.issuer.settings import Settings
from deploy.embedded.issuer.tokens import Issuer, key_set, load_key

_CRM = "crm"
# What a person may be granted; the CRM's own scope is earned by its secret alone.
_PERSONAL = frozenset({"openid", "profile"})


class NotForProductionError(Exception):
    """Somebody tried to start an issuer that asks for no password where real people are."""


def create_app(settings: Settings) -> Starlette:
    """The issuer under `/oidc`; raise `NotForProductionError` outside the embedded environment."""
    if settings.jalon_env != "embedded":
        raise NotForProductionError("the embedded issuer asks for no password; set OIDC_ISSUER to a real one")
    folder = DataFolder(settings.jalon_data)
    issuer = Issuer(load_key(folder.issuer_key), settings.oidc_issuer, settings.oidc_audience)
    endpoints = _Endpoints(settings, folder, issuer, Codes())
    return Starlette(
        routes=[
            Route("/oidc/.well-known/openid-configuration", endpoints.discovery),
            Route("/oidc/jwks", endpoints.jwks),
            Route("/oidc/authorize", endpoints.choose, methods=["GET"]),
            Route("/oidc/authorize", endpoints.chosen, methods=["POST"]),
            Route("/oidc/token", endpoints.token, methods=["POST"]),
            Route("/oidc/style.css", endpoints.style),
            Route("/healthz", endpoints.well),
            Route("/readyz", endpoints.well),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Endpoints:
    settings: Settings
    folder: DataFolder
    issuer: Issuer
    codes: Codes

    def discovery(self, _: Request) -> Response:
        base = self.settings.oidc_issuer
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid", "profile", _CRM],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def jwks(self, _: Request) -> Response:
        return JSONResponse(key_set(self.issuer.key), headers={"Cache-Control": "max-age=300"})

    def choose(self, request: Request) -> Response:
        try:
            asked = self._read(request.query_params)
        except RequestRefusedError:
            return refusal_page(request)
        if error := asked.error():
            return self._back(asked, error=error)
        return people_page(request, read_people(self.folder.demo_users), asked.parameters())

    async def chosen(self, request: Request) -> Response:
        form = _fields(await request.form())
        try:
            asked = self._read(form)
        except RequestRefusedError:
            return refusal_page(request)
        if error := asked.error():
            return self._back(asked, error=error)
        sub = form.get("person", "").strip()
        if not sub or sub == _CRM:
            return self._back(asked, error="access_denied")
        name = next((p.name for p in read_people(self.folder.demo_users) if p.external_id == sub), sub)
        return self._back(asked, code=self.codes.give(asked, sub=sub, name=name))

    async def token(self, request: Request) -> Response:
        form = _fields(await request.form())
        try:
            answer = self._exchange(form, request.headers.get("authorization", ""))
        except ProtocolError as error:
            status = 401 if error.code == "invalid_client" else 400
            return JSONResponse({"error": error.code}, status_code=status, headers={"Cache-Control": "no-store"})
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def style(self, _: Request) -> Response:
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    def well(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    def _read(self, values: Mapping[str, str]) -> AuthorizationRequest:
        callback = f"{self.settings.public_url}/auth/callback"
        return AuthorizationRequest.read(values, client=self.settings.oidc_client_id, redirect_uri=callback)

    def _back(self, asked: AuthorizationRequest, **answer: str) -> Response:
        query = urlencode({**answer, "state": asked.state, "iss": self.settings.oidc_issuer})
        return RedirectResponse(f"{asked.redirect_uri}?{query}", status_code=303)

    def _exchange(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._signed_in(form)
            case "client_credentials":
                if not self._is_crm(*_credentials(form, authorization)):
                    raise ProtocolError("invalid_client")
                return self.issuer.access_token(_CRM, scope=_CRM, client=_CRM)
            case _:
                raise ProtocolError("unsupported_grant_type")

    def _signed_in(self, form: Mapping[str, str]) -> dict[str, object]:
        grant = self.codes.redeem(form)
        client = grant.request.client
        scope = " ".join(word for word in grant.request.scope.split() if word in _PERSONAL)
        answer = self.issuer.access_token(grant.sub, scope=scope, client=client)
        claims = {"name": grant.name, **({"nonce": grant.request.nonce} if grant.request.nonce else {})}
        return {**answer, "id_token": self.issuer.identity_token(grant.sub, client=client, **claims)}

    def _is_crm(self, client: str, secret: str) -> bool:
        return client == _CRM and secrets.compare_digest(
            secret.encode(), self.settings.crm_client_secret.get_secret_value().encode()
        )


def _fields(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    """Client and secret, from the header (RFC 6749 2.3.1: form-encoded, then base64) or from the form."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client), unquote(secret)
