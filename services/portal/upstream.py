"""The five public APIs as the portal calls them: with the person's own token, in the person's language."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

_UNAVAILABLE = 503


class SignedOutError(Exception):
    """The API no longer accepts the person's token."""


class UpstreamProblem(Exception):  # noqa: N818  it is the problem that the API answered
    """An API's problem+json, or `unavailable` when it did not answer; `detail` is in the person's language."""

    def __init__(self, status: int, code: str, detail: str = "", data: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.data = data or {}

    @property
    def outcome_unknown(self) -> bool:
        """Whether what was asked may have been done all the same."""
        return self.status >= httpx.codes.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered; `pending` when it has not decided yet."""

    body: Any
    pending: bool


@dataclass(frozen=True, slots=True)
class Upstream:
    """The APIs for one request of one person."""

    client: httpx.AsyncClient
    token: str = field(repr=False)
    language: str

    async def get(self, path: str, **params: object) -> Any:
        """What a GET answers; parameters that are None are left out."""
        given = {name: str(value) for name, value in params.items() if value is not None}
        return (await self._call("GET", path, params=given)).body

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """What a POST answers; the same `key` again does nothing twice."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self._call("POST", path, json=body, headers=headers)

    def streaming(self, path: str, last_event_id: str | None) -> Any:
        """A context in which a stream of server-sent events is read."""
        headers = self._headers() | ({} if last_event_id is None else {"Last-Event-ID": last_event_id})
        # Between two events it may be silent for long; a sign of life comes every few seconds all the same.
        return self.client.stream("GET", path, headers=headers, timeout=httpx.Timeout(10, read=60))

    async def _call(self, method: str, path: str, **options: Any) -> Answer:
        options["headers"] = self._headers() | options.get("headers", {})
        try:
            response = await self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise UpstreamProblem(_UNAVAILABLE, "unavailable") from error
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise SignedOutError
        if response.is_error:
            raise _problem(response)
        body = response.json() if response.content else None
        return Answer(body, pending=response.status_code == httpx.codes.ACCEPTED)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}


def _problem(response: httpx.Response) -> UpstreamProblem:
    try:
        told = response.json()
        return UpstreamProblem(response.status_code, told["code"], told.get("detail", ""), told.get("data"))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return UpstreamProblem(response.status_code, "unavailable")
