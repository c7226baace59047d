"""Who makes a request: the bearer token's person, with the rights that the directory gives them at this moment."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.contracts.directory import PrincipalRecord
from shared.rulebook.access import Principal
from shared.rulebook.ids import user_id
from shared.runtime.principals import Principals
from shared.runtime.problems import HTTPProblem
from shared.runtime.tokens import Identity, InvalidToken, TokenVerifier

CRM = "crm"
"""The scope, subject and user id of the host CRM itself, which has no entry in the directory."""

_bearer = HTTPBearer(auto_error=False, description="An access token of the OIDC issuer", bearerFormat="JWT")


@dataclass(frozen=True, slots=True)
class Security:
    """What a role needs to know callers; its lifespan puts one in `app.state.security`."""

    verifier: TokenVerifier
    principals: Principals

    async def present(self, user_id: str) -> Principal | None:
        """The user with present rights, None for who has none; Unavailable when rights cannot be checked."""
        if user_id == CRM:
            return crm_principal()
        await self.principals.fresh()
        record = self.principals.get(user_id)
        return None if record is None or not record.active else principal_from(record)

    async def principal(self, token: str) -> Principal:
        """The caller with present rights; HTTPProblem 401 or 403, Unavailable when rights cannot be checked."""
        try:
            identity = await self.verifier.verify(token)
        except InvalidToken as error:
            raise _unauthenticated("invalid_token") from error
        if _is_crm(identity):
            return crm_principal()
        await self.principals.fresh()
        record = self.principals.get(user_id(identity.sub))
        if record is None or not record.active:
            raise HTTPProblem(403, "unknown_user")
        return principal_from(record)


def crm_principal() -> Principal:
    """The host CRM itself, which has no unit."""
    return Principal(user_id=CRM, unit_id="", unit_path=(), crm=True)


def principal_from(record: PrincipalRecord) -> Principal:
    """The rulebook's principal of a directory record."""
    return Principal(
        user_id=record.user_id,
        unit_id=record.unit_id,
        unit_path=record.unit_path,
        manage_campaigns=record.manage_campaigns,
        access_level=record.access_level,
        administrator=record.administrator,
        operator=record.operator,
        crm=False,
    )


async def current_principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """The dependency behind `CurrentPrincipal`."""
    if credentials is None:
        raise _unauthenticated("missing_token")
    security: Security = request.app.state.security
    return await security.principal(credentials.credentials)


async def present_principal(request: Request) -> Principal:
    """The same caller with the rights that hold by now, for an answer that takes its time."""
    return await current_principal(request, await _bearer(request))


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
"""A route's parameter of this type is the caller, authenticated and known to the directory."""


def _is_crm(identity: Identity) -> bool:
    return identity.sub == CRM and CRM in identity.scopes


def _unauthenticated(reason: str) -> HTTPProblem:
    challenge = "Bearer" if reason == "missing_token" else 'Bearer error="invalid_token"'
    return HTTPProblem(401, "unauthenticated", data={"reason": reason}, headers={"WWW-Authenticate": challenge})
