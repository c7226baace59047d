"""A generated request is asked of the running services, and its answer compared with the document and our own rules."""

from urllib.parse import quote

import httpx
import requests
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.runtime.messages import MESSAGES
from shared.runtime.security import CRM
from tests.generated.conftest import CHIEF
from tests.support.five_services import FiveServices

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_NOT_SENT = frozenset({"authorization", "content-length", "x-schemathesis-testcaseid"})
_LONGEST = 600
_LONGEST_ADDRESS = 60_000
"""No client of ours sends a longer one, and no server takes it."""
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


async def problems_of(services: FiveServices, case: Case, *, by_crm: bool) -> list[str]:
    """What is wrong with the answer to this request; nothing as a rule."""
    kwargs = case.as_transport_kwargs(base_url="http://jalon")
    prepared = requests.Request(**kwargs).prepare()
    if len(_encoded(prepared)) > _LONGEST_ADDRESS:
        return []
    headers = {name: _bytes_of(value) for name, value in prepared.headers.items() if name.lower() not in _NOT_SENT}
    if _wants_version(case):
        headers |= await _version(services, _encoded(prepared))
    first, then = (CRM, CHIEF) if by_crm else (CHIEF, CRM)
    answer = await _sent(services, prepared, headers, by=first)
    if answer.status_code == httpx.codes.FORBIDDEN:
        answer = await _sent(services, prepared, headers, by=then)
    return [f"{line}\n    {_told(prepared, answer)}" for line in _wrong(case, answer)]


def _bytes_of(value: str | bytes) -> bytes:
    """A header as it travels; what no client can send is replaced."""
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


async def _sent(
    services: FiveServices, prepared: requests.PreparedRequest, headers: dict[str, bytes], *, by: str
) -> httpx.Response:
    return await services.ask(str(prepared.method), _encoded(prepared), by=by, headers=headers, content=prepared.body)


def _encoded(prepared: requests.PreparedRequest) -> str:
    """The address in ASCII, as every client sends it; requests leaves what it cannot read as it is."""
    return quote(str(prepared.url), safe=_PRINTABLE)


def _wants_version(case: Case) -> bool:
    return any(header.name.lower() == "if-match" for header in case.operation.headers)


async def _version(services: FiveServices, path: str) -> dict[str, bytes]:
    """`If-Match` as a careful reader sends it; nothing when there is nothing to read."""
    answer = await services.ask("GET", path, by=CHIEF)
    return {"If-Match": answer.headers["ETag"].encode()} if "ETag" in answer.headers else {}


def _wrong(case: Case, answer: httpx.Response) -> list[str]:
    found = []
    try:
        case.validate_response(answer, checks=_CHECKS)
    except FailureGroup as failures:
        found = [f"{failure.title}: {failure.message}"[:_LONGEST] for failure in failures.exceptions]
    if answer.is_error:
        code = _code(answer)
        if code not in MESSAGES:
            found.append(f"no problem+json with a code that has a sentence, but {code!r}")
    return found


def _code(answer: httpx.Response) -> object:
    if answer.headers.get("content-type") != "application/problem+json":
        return answer.headers.get("content-type")
    return answer.json().get("code")


def _told(prepared: requests.PreparedRequest, answer: httpx.Response) -> str:
    body = repr(prepared.body)[:_LONGEST]
    return f"{prepared.method} {str(prepared.url)[:_LONGEST]} {body} -> {answer.status_code} {answer.text[:300]}"
