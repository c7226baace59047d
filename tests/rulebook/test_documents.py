"""Which files may be kept, and under which name."""

import pytest

from shared.rulebook.documents import MAX_NAME, clean_name, media_type_of
from shared.rulebook.errors import Invalid

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"
ZIP = b"PK\x03\x04\x14\x00\x06\x00"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Brochure été.pdf", "Brochure été.pdf"),
        ("Brochure e\u0301te\u0301.pdf", "Brochure été.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\anne\\lettre.docx", "lettre.docx"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("facture\u202efdp.txt", "facturefdp.txt"),
        ("nul\x00.pdf", "_nul.pdf"),
        ("con", "_con"),
        (".htaccess.txt", "htaccess.txt"),
        ("a<b>|c?.pdf", "a_b__c_.pdf"),
        ("deux\u00a0mots  et\u202ftrois.pdf", "deux mots et trois.pdf"),
        ("demi\ud83dmot.pdf", "demimot.pdf"),
    ],
)
def test_a_name_loses_its_folders_and_all_that_misleads(given, kept):
    assert clean_name(given) == kept


def test_a_long_name_is_cut_before_its_extension():
    cleaned = clean_name("é" * 1000 + ".pdf")

    assert len(cleaned) == MAX_NAME
    assert cleaned.endswith("é.pdf")


@pytest.mark.parametrize("given", ["", "   ", "/", "..", "a/", "\u200b"])
def test_a_file_needs_a_name(given):
    with pytest.raises(Invalid, match="document_name_missing"):
        clean_name(given)


@pytest.mark.parametrize(
    ("name", "declared", "beginning", "kept"),
    [
        ("a.pdf", "application/pdf", PDF, "application/pdf"),
        ("a.PDF", None, PDF, "application/pdf"),
        ("a.pdf", "application/octet-stream", PDF, "application/pdf"),
        ("a.csv", "application/vnd.ms-excel", b"a;b\n1;2\n", "text/csv"),
        ("a.csv", "text/csv; charset=windows-1252", "é;b".encode("cp1252"), "text/csv"),
        ("a.txt", "text/plain", "é".encode("utf-16"), "text/plain"),
        ("a.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", "image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.doc", "application/msword", OLE, "application/msword"),
        ("a.odt", None, ZIP, "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_file_is_kept_under_the_type_of_its_extension(name, declared, beginning, kept):
    assert media_type_of(name, declared, beginning) == kept


@pytest.mark.parametrize(
    ("name", "declared", "beginning", "code"),
    [
        ("a.html", "text/html", b"<html>", "document_type_not_allowed"),
        ("a.svg", "image/svg+xml", b"<svg>", "document_type_not_allowed"),
        ("a.exe", None, b"MZ", "document_type_not_allowed"),
        ("a.docm", None, ZIP, "document_type_not_allowed"),
        ("pdf", None, PDF, "document_type_not_allowed"),
        ("a.pdf.js", None, PDF, "document_type_not_allowed"),
        ("a.pdf", "text/html", PDF, "document_type_differs"),
        ("a.pdf", "application/pdf", b"<html>", "document_type_differs"),
        ("a.png", "image/png", b"\xff\xd8\xff", "document_type_differs"),
        ("a.docx", None, OLE, "document_type_differs"),
        ("a.txt", "text/plain", b"MZ\x90\x00", "document_type_differs"),
        ("a.csv", None, b"a\x00b", "document_type_differs"),
        ("a.pdf", "application/pdf", b"", "document_empty"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name, declared, beginning, code):
    with pytest.raises(Invalid, match=code):
        media_type_of(name, declared, beginning)
