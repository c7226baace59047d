"""The host CRM's side of the public API: signs in with its secret, and tries again what passes by itself."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

_TRY_AGAIN = frozenset({401, 429, 502, 503, 504})
_PAUSE_SECONDS = 0.3


class DemoError(Exception):
    """The demonstration cannot be loaded; the message says why."""


class Crm:
    """Requests as the CRM; use as a context. All that is asked here may be asked twice."""

    def __init__(self, url: str, secret: str, *, patience: float = 60.0) -> None:
        self._http = httpx.Client(base_url=url, timeout=httpx.Timeout(60, connect=5))
        self._secret = secret
        self._patience = patience
        self._token = ""

    def get(self, path: str, **params: Any) -> Any:
        """The answer to a GET, parsed."""
        return self.ask("GET", path, params=params)

    def put(self, path: str, body: Any, *, version: int | None = None) -> Any:
        """The answer to a PUT, parsed; `version` goes along as If-Match."""
        return self.ask("PUT", path, json=body, headers={} if version is None else {"If-Match": f'"{version}"'})

    def post(self, path: str, body: Any = None) -> Any:
        """The answer to a POST, parsed."""
        return self.ask("POST", path, json=body)

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> Any:
        """The answer, parsed, if need be after trying again; DemoError when it is a refusal or stays away."""
        deadline = time.monotonic() + self._patience
        while True:
            answer = self._attempt(method, path, dict(headers or {}), request)
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer.json() if answer.content else None
            if isinstance(answer, httpx.Response) and answer.status_code not in _TRY_AGAIN:
                raise DemoError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            if time.monotonic() > deadline:
                raise DemoError(f"{method} {path}: no success within {self._patience:.0f} s, last {answer!r}")
            time.sleep(_PAUSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def _attempt(
        self, method: str, path: str, headers: Mapping[str, str], request: Mapping[str, Any]
    ) -> httpx.Response | httpx.TransportError:
        try:
            if not self._token:
                self._token = self._sign_in()
            signed = {"Authorization": f"Bearer {self._token}", **headers}
            answer = self._http.request(method, path, headers=signed, **request)
        except httpx.TransportError as error:
            return error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
        return answer

    def _sign_in(self) -> str:
        credentials = {"grant_type": "client_credentials", "client_id": "crm", "client_secret": self._secret}
        answer = self._http.post("/oidc/token", data=credentials)
        if answer.is_client_error:
            raise DemoError(f"The product does not accept the CRM's secret: {answer.text[:200]}")
        if not answer.is_success:
            raise httpx.ReadError(f"the issuer answers {answer.status_code}")
        token: str = answer.json()["access_token"]
        return token
