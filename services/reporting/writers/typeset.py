"""Data as a tagged PDF: a template of ours, data as JSON beside it, fonts that the compiler carries."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

FONT = "Libertinus Serif"
"""Carried by the compiler itself, so that an edition is the same on every machine."""
TEMPLATES = Path(__file__).parent / "templates"
_USUAL = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x180), 0x2013, 0x2019, 0x20AC, 0x202F, 0xA0, 0x200B]))
_UNSHOWN = "\ufffd"
_MOST_PROBED = 300
_PROBE = b'#set document(title: "x")\n#set text(font: "Libertinus Serif")\n#sys.inputs.letter'


def typeset(template: str, data: Mapping[str, Any], pictures: Mapping[str, str], *, made_at: datetime) -> bytes:
    """The PDF of this template. Texts are data and never markup; `pictures` are SVGs by the name that data use.

    PDF/UA refuses a letter without a shape. No font here has Chinese or emoji: such a letter is shown as \ufffd.
    """
    shapeless = _shapeless({letter for text in _texts(data) for letter in text})
    with tempfile.TemporaryDirectory(prefix="jalon-edition-") as folder:
        root = Path(folder)
        for file in TEMPLATES.glob("*.typ"):
            (root / file.name).write_bytes(file.read_bytes())
        (root / "data.json").write_text(json.dumps(_with_shapes(data, shapeless)), encoding="utf-8")
        for name, svg in pictures.items():
            (root / f"{name}.svg").write_text(svg.translate(shapeless), encoding="utf-8")
        return typst.compile(
            str(root / f"{template}.typ"),
            root=str(root),
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(made_at.timestamp()),
        )


def _shapeless(letters: set[str]) -> dict[int, str]:
    """The letters that no font here can show, as a translation; after some hundred unusual ones, all further ones."""
    unusual = sorted(letters - _USUAL - {"\n"})
    probed = unusual[:_MOST_PROBED]
    return {ord(letter): _UNSHOWN for letter in unusual if letter not in probed or not _has_shape(letter)}


@lru_cache(maxsize=4096)
def _has_shape(letter: str) -> bool:
    if letter < " " or "\ud800" <= letter <= "\udfff":
        return False
    try:
        typst.compile(
            _PROBE, sys_inputs={"letter": letter}, format="pdf", ignore_system_fonts=True, pdf_standards=["ua-1"]
        )
    except typst.TypstError:
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    """Every text in the data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _with_shapes(value: Any, shapeless: Mapping[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(shapeless) if shapeless else value
    if isinstance(value, Mapping):
        return {name: _with_shapes(one, shapeless) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_shapes(one, shapeless) for one in value]
    return value
