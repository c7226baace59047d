"""The five public APIs as the portal calls them: with the person's own token, in the person's language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask

_UNAVAILABLE = 503
_OF_A_FILE = ("content-type", "content-disposition", "content-length", "cache-control", "x-content-type-options")


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
    version: str | None = None
    """The ETag to send back with a change."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The APIs for one request of one person."""

    client: httpx.AsyncClient
    token: str = field(repr=False)
    language: str

    async def get(self, path: str, **params: object) -> Any:
        """What a GET answers; parameters that are None are left out."""
        return (await self.call("GET", path, params=params)).body

    async def get_or_none(self, path: str, **params: object) -> Any:
        """The same for what a page can be shown without: None when it cannot be known now."""
        try:
            return await self.get(path, **params)
        except (UpstreamProblem, SignedOutError):
            return None

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """What a POST answers; the same `key` again does nothing twice."""
        return await self.call("POST", path, body=body, key=key)

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        body: object = None,
        files: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        key: str | None = None,
        version: str | None = None,
        patience: float | None = None,
    ) -> Answer:
        """What any request answers; `version` is the ETag that must still hold. UpstreamProblem, SignedOutError.

        `content` is sent as a CSV file; `patience`, in seconds, is for what takes longer than a page may.
        """
        wanted = {"Idempotency-Key": key, "If-Match": version}
        options: dict[str, Any] = {
            "params": _given(params or {}),
            "headers": self._headers() | {name: value for name, value in wanted.items() if value is not None},
        }
        if files is not None:
            options["files"] = files
        elif content is not None:
            options["content"] = content
            options["headers"] |= {"Content-Type": "text/csv"}
        elif body is not None:
            options["json"] = body
        if patience is not None:
            options["timeout"] = httpx.Timeout(10, read=patience, write=patience)
        try:
            response = await self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise UpstreamProblem(_UNAVAILABLE, "unavailable") from error
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise SignedOutError
        if response.is_error:
            raise _problem(response)
        told = response.json() if response.content else None
        return Answer(told, response.status_code == httpx.codes.ACCEPTED, response.headers.get("etag"))

    def streaming(self, path: str, last_event_id: str | None, **params: object) -> Any:
        """A context in which a stream of server-sent events is read."""
        headers = self._headers() | ({} if last_event_id is None else {"Last-Event-ID": last_event_id})
        # Between two events it may be silent for long; a sign of life comes every few seconds all the same.
        timeout = httpx.Timeout(10, read=60)
        return self.client.stream("GET", path, params=_given(params), headers=headers, timeout=timeout)

    async def file(self, path: str, *, asking: object = None, **params: object) -> Response:
        """A file as the API answers it, passed on piece by piece; `asking` is the body of a POST that asks for it.

        UpstreamProblem, SignedOutError.
        """
        request = self.client.build_request(
            "GET" if asking is None else "POST",
            path,
            params=_given(params),
            headers=self._headers(),
            json=asking,
            timeout=httpx.Timeout(10, read=60),
        )
        try:
            response = await self.client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise UpstreamProblem(_UNAVAILABLE, "unavailable") from error
        if response.is_error:
            await response.aread()
            await response.aclose()
            raise SignedOutError if response.status_code == httpx.codes.UNAUTHORIZED else _problem(response)
        kept = {name: value for name in _OF_A_FILE if (value := response.headers.get(name)) is not None}
        return StreamingResponse(response.aiter_bytes(), headers=kept, background=BackgroundTask(response.aclose))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}


def _given(params: Mapping[str, object]) -> dict[str, str | list[str]]:
    """Parameters that are not None; a list is repeated."""
    return {
        name: [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
        for name, value in params.items()
        if value is not None
    }


def _problem(response: httpx.Response) -> UpstreamProblem:
    try:
        told = response.json()
        return UpstreamProblem(response.status_code, told["code"], told.get("detail", ""), told.get("data"))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return UpstreamProblem(response.status_code, "unavailable")
