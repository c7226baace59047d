"""HTTP to the product with the CRM's credential: renews its token, and tries again what passes by itself."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

_SECRET = Path("secrets/crm-client-secret")
_PATIENCE = 300.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_TRY_AGAIN = frozenset({401, 429, 502, 503, 504})


class ReplayError(Exception):
    """The replay cannot go on; the message says why."""


class UnexpectedAnswerError(ReplayError):
    """The product answered with an error that trying again does not change."""

    def __init__(self, method: str, path: str, answer: httpx.Response) -> None:
        super().__init__(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        self.status = answer.status_code
        self.code = _code_of(answer)


class Session:
    """Requests as the CRM; use as an async context."""

    def __init__(
        self, url: str, secret: str, *, patience: float = _PATIENCE, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(60, connect=5), transport=transport)
        self._secret = secret
        self._patience = patience
        self._token: str | None = None
        self._signing_in = asyncio.Lock()

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The answer to a GET, parsed."""
        return (await self.send("GET", path, params=params)).json()

    async def put(self, path: str, body: Any) -> Any:
        """The answer to a PUT, parsed."""
        return (await self.send("PUT", path, json=body)).json()

    async def post(self, path: str, body: Any) -> Any:
        """The answer to a POST, parsed."""
        return (await self.send("POST", path, json=body)).json()

    async def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer, if need be after trying again for minutes: all that is sent here may be sent twice.

        Raises UnexpectedAnswerError, or ReplayError when the product stays away.
        """
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            answer = await self._attempt(method, path, request)
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer
            if isinstance(answer, httpx.Response) and answer.status_code not in _TRY_AGAIN:
                raise UnexpectedAnswerError(method, path, answer)
            if time.monotonic() > deadline:
                raise ReplayError(f"{method} {path}: no success within {self._patience:.0f} s, last {_said(answer)}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _attempt(
        self, method: str, path: str, request: Mapping[str, Any]
    ) -> httpx.Response | httpx.TransportError:
        token = self._token
        try:
            token = token or await self._sign_in(token)
            answer = await self._http.request(method, path, headers={"Authorization": f"Bearer {token}"}, **request)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                await self._sign_in(token)
        except httpx.TransportError as error:
            return error
        return answer

    async def _sign_in(self, stale: str | None) -> str:
        """A token other than `stale`; those who ask at once share one request."""
        async with self._signing_in:
            if self._token is None or self._token == stale:
                self._token = await self._new_token()
            return self._token

    async def _new_token(self) -> str:
        answer = await self._http.post(
            "/oidc/token",
            data={"grant_type": "client_credentials", "client_id": "crm", "client_secret": self._secret},
        )
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ReplayError(f"The product does not accept the CRM's secret: {answer.text[:200]}")
        if not answer.is_success:
            raise httpx.ReadError(f"the issuer answers {answer.status_code}")
        token: str = answer.json()["access_token"]
        return token


def crm_secret() -> str:
    """The CRM's client secret: CRM_CLIENT_SECRET, else what the launcher wrote under JALON_DATA. Raises ReplayError."""
    if given := os.environ.get("CRM_CLIENT_SECRET"):
        return given
    file = Path(os.environ.get("JALON_DATA", "var")) / _SECRET
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        raise ReplayError(
            f"No secret of the CRM: set CRM_CLIENT_SECRET, or start the product with `make run` ({file})."
        ) from None


def _code_of(answer: httpx.Response) -> str | None:
    """The stable code of a problem."""
    try:
        code: str | None = answer.json().get("code")
    except (ValueError, AttributeError):
        return None
    return code


def _said(answer: httpx.Response | httpx.TransportError) -> str:
    return f"{answer.status_code} {answer.text[:300]}" if isinstance(answer, httpx.Response) else repr(answer)
