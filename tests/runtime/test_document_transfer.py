"""Files over HTTP: from a program's raw body and from a page's form, and out as something to save."""

from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI, Request

from shared.runtime.document_transfer import disposition_of, incoming_file, outgoing_file
from shared.runtime.documents import Document
from shared.runtime.errors import handle_errors

HTML = Document(
    document_id="d",
    owner_id="o",
    name='Résumé "final".txt',
    media_type="text/plain",
    size=6,
    sha256="ab",
    uploaded_by="anne",
    uploaded_at=datetime(2026, 4, 20, 8, 0, tzinfo=UTC),
)


@pytest.fixture
async def http():
    app = FastAPI()
    handle_errors(app)

    @app.post("/")
    async def take(request: Request) -> dict[str, object]:
        incoming = await incoming_file(request)
        pieces = [piece async for piece in incoming.stream]
        return {"name": incoming.name, "type": incoming.declared_type, "body": b"".join(pieces).decode()}

    @app.get("/")
    async def give():
        async def stream():
            yield b"<html>"

        return outgoing_file(HTML, stream())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        yield http


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=a.pdf", "a.pdf"),
        ('attachment; filename="deux mots.pdf"', "deux mots.pdf"),
        ("attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf; filename=\"resume.pdf\"", "résumé.pdf"),
        ('attachment; filename="résumé.pdf"'.encode(), "résumé.pdf"),
    ],
)
async def test_a_program_sends_the_bytes_and_names_them_in_a_header(http, disposition, name):
    answer = await http.post(
        "/", content=b"%PDF", headers={"Content-Disposition": disposition, "Content-Type": "application/pdf"}
    )

    assert answer.json() == {"name": name, "type": "application/pdf", "body": "%PDF"}


async def test_a_page_sends_a_form_with_other_fields_around_the_file(http):
    answer = await http.post(
        "/", data={"step": "call"}, files={"file": ("résumé.txt", b"one\r\n--two\r\n", "text/plain")}
    )

    assert answer.json() == {"name": "résumé.txt", "type": "text/plain", "body": "one\r\n--two\r\n"}


async def test_a_form_that_comes_byte_by_byte_is_read_alike(http):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nsome text\r\n--b--\r\n'

    async def slowly():
        for at in range(len(body)):
            yield body[at : at + 1]

    answer = await http.post("/", content=slowly(), headers={"Content-Type": "multipart/form-data; boundary=b"})

    assert answer.json() == {"name": "a.txt", "type": None, "body": "some text"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"%PDF", "application/pdf", 422, "document_name_missing"),
        (b"--b\r\n\r\n\r\n--b--\r\n", "multipart/form-data; boundary=b", 422, "document_missing"),
        (b"nonsense", "multipart/form-data; boundary=b", 400, "malformed_request"),
        (b"nonsense", f"multipart/form-data; boundary={'b' * 1000}", 400, "malformed_request"),
        (
            b'--b\r\nContent-Disposition: form-data; filename="a.txt"\r\n\r\ncut off',
            "multipart/form-data; boundary=b",
            400,
            "malformed_request",
        ),
    ],
)
async def test_what_holds_no_file_is_refused_by_name(http, body, kind, status, code):
    answer = await http.post("/", content=body, headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_file_is_given_out_to_be_saved_and_never_shown(http):
    answer = await http.get("/")

    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"R_sum_ _final_.txt\"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%22final%22.txt"
    )
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-length"] == "6"


def test_no_name_breaks_out_of_its_header():
    assert (
        disposition_of("a\r\nX: y.pdf") == "attachment; filename=\"a__X: y.pdf\"; filename*=UTF-8''a%0D%0AX%3A%20y.pdf"
    )
