"""Which files may be kept, and under which name (docs/domain.md, Documents)."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from shared.rulebook.errors import Invalid

MAX_NAME = 150
"""Characters of a cleaned file name, its extension included."""
UNSPECIFIED = "application/octet-stream"
"""What a sender says who does not know the type."""

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": _WORD,
    "xlsx": _SHEET,
    "pptx": _SLIDES,
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain",
    "csv": "text/csv",
}
"""By extension. Nothing in it runs by itself when it is opened: no page, script, archive or new macro."""
_ALIASES: Mapping[str, frozenset[str]] = {
    # Spreadsheets register themselves for CSV, and what the system knows decides what a browser says.
    "text/csv": frozenset({"text/plain", "application/csv", "application/vnd.ms-excel"}),
    "image/jpeg": frozenset({"image/jpg", "image/pjpeg"}),
    "application/pdf": frozenset({"application/x-pdf"}),
}
_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_BINARY = (_ZIP, _OLE, b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(given: str) -> str:
    """The file name without its folders and without anything that a system or a reader could mistake.

    Control characters, direction marks and other invisible ones go; what no file system takes becomes `_`; names of
    devices and hidden files lose their meaning. Too long a name is cut before its extension.
    Raises Invalid `document_name_missing` when nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given.strip()))[-1]
    spaced = (" " if unicodedata.category(one) == "Zs" else one for one in last)
    visible = "".join(one for one in spaced if one == " " or unicodedata.category(one)[0] not in "CZ")
    name = _FORBIDDEN.sub("_", re.sub(" +", " ", visible)).strip(" .")
    if not name:
        raise Invalid("document_name_missing")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) >= MAX_NAME // 2:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"


def media_type_of(name: str, declared: str | None, beginning: bytes) -> str:
    """The type under which a file is kept: its extension's, which what was declared and its first bytes must fit.

    `beginning` is the first kilobyte at least, or all of a shorter file. Raises Invalid `document_empty`,
    `document_type_not_allowed` (with `extension`), `document_type_differs` (with `expected`, and `declared` where that
    is what differs).
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kept_as = _TYPES.get(extension)
    if kept_as is None:
        raise Invalid("document_type_not_allowed", {"extension": extension, "allowed": sorted(_TYPES)})
    if not beginning:
        raise Invalid("document_empty")
    said = (declared or UNSPECIFIED).partition(";")[0].strip().lower()
    if said not in {UNSPECIFIED, kept_as, *_ALIASES.get(kept_as, ())}:
        raise Invalid("document_type_differs", {"expected": kept_as, "declared": said[:100]})
    if not _LOOKS_LIKE[kept_as](beginning):
        raise Invalid("document_type_differs", {"expected": kept_as})
    return kept_as


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda beginning: beginning.startswith(marks)


def _is_webp(beginning: bytes) -> bool:
    return beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP"


def _is_text(beginning: bytes) -> bool:
    """Whether it could be text in UTF-8, Windows-1252, or UTF-16 with its mark."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not beginning.startswith(_BINARY) and b"\x00" not in beginning


_LOOKS_LIKE: Mapping[str, Callable[[bytes], bool]] = {
    **{kind: _begins(_ZIP) for kind in _TYPES.values()},
    **{_TYPES[old]: _begins(_OLE) for old in ("doc", "xls", "ppt")},
    "application/pdf": _begins(b"%PDF-"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    "image/gif": _begins(b"GIF87a", b"GIF89a"),
    "image/webp": _is_webp,
    "text/plain": _is_text,
    "text/csv": _is_text,
}
