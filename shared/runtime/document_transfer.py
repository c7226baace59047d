"""Files over HTTP: taken from a raw body or a page's form, given out so that no browser shows or runs them."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from email.message import Message
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import StreamingResponse
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.runtime.documents import Document, Incoming
from shared.runtime.problems import HTTPProblem

MAX_BODY_BYTES = 1 << 31
"""For a route's `max_body_size`: the settings say how large a file may be, and the store counts."""
_EXTENDED = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]*)", re.IGNORECASE)
_FILE = {"type": "string", "format": "binary"}
UPLOAD_BODY: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Content-Disposition",
            "description": "With a raw body: `attachment; filename=\"…\"`, or `filename*=UTF-8''…` (RFC 6266).",
            "schema": {"type": "string"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE}},
            },
            "application/octet-stream": {"schema": _FILE},
        },
    },
}
"""For a route's `openapi_extra`."""
DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, of the type that it was sent with", "content": {"*/*": {"schema": _FILE}}}
}
"""For a route's `responses`."""


async def incoming_file(request: Request) -> Incoming:
    """The file that the request sends: the first one of a form, else the body, named by `Content-Disposition`.

    Nothing is read beyond what tells the name. Raises HTTPProblem 422 `document_missing` or `document_name_missing`,
    400 for a form that cannot be read.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        return await _file_of_form(request.stream(), options.get(b"boundary", b""))
    name = _name_in(request.headers.get("content-disposition", ""))
    return Incoming(name=name, declared_type=request.headers.get("content-type"), stream=request.stream())


def outgoing_file(document: Document, stream: AsyncIterable[bytes]) -> StreamingResponse:
    """The file as an answer that is saved, never shown."""
    return StreamingResponse(
        stream,
        media_type=document.media_type,
        headers={
            "Content-Disposition": disposition_of(document.name),
            "Content-Length": str(document.size),
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{document.sha256}"',
        },
    )


def disposition_of(name: str) -> str:
    """The header that names a file to be saved, for old readers in ASCII and for all others whole (RFC 6266, 5987)."""
    plain = "".join(one if 0x20 <= ord(one) < 0x7F and one not in '"\\%' else "_" for one in name)  # noqa: PLR2004
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class _Form:
    """A form as it comes in: what its first file part is called, and its bytes as far as they came."""

    def __init__(self, boundary: bytes) -> None:
        self.file: tuple[str, str | None] | None = None
        self.ended = False
        self.waiting = bytearray()
        self._inside = False
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Read on."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise HTTPProblem(400, "malformed_request") from None

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if self.file is None and b"filename" in options:
            declared = self._headers.get(b"content-type", b"").decode("latin-1")
            self.file = (options[b"filename"].decode(errors="replace"), declared or None)
            self._inside = True

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self.waiting += data[start:end]

    def _on_end(self) -> None:
        self.ended = self.ended or self._inside
        self._inside = False


async def _file_of_form(body: AsyncIterator[bytes], boundary: bytes) -> Incoming:
    try:
        form = _Form(boundary)
    except FormParserError:
        raise HTTPProblem(400, "malformed_request") from None
    async for data in body:
        form.feed(data)
        if form.file is not None:
            name, declared = form.file
            return Incoming(name=name, declared_type=declared, stream=_rest(form, body))
    raise HTTPProblem(422, "document_missing")


async def _rest(form: _Form, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The file's bytes; what follows it in the form is read and dropped. A form cut off before its end is no file."""
    while True:
        yield bytes(form.waiting)
        form.waiting.clear()
        data = await anext(body, None)
        if data is None:
            break
        form.feed(data)
    if not form.ended:
        raise HTTPProblem(400, "malformed_request")


def _name_in(disposition: str) -> str:
    """The file name of a raw body; the extended form wins (RFC 6266)."""
    if extended := _EXTENDED.search(disposition):
        return unquote(extended[1], errors="replace")
    header = Message()
    header["Content-Disposition"] = disposition
    name = header.get_filename()
    if name is None:
        raise HTTPProblem(422, "document_name_missing")
    try:
        # A header arrives as Latin-1; most senders write UTF-8.
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name
