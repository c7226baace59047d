"""The files that git knows, or would take in."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("deploy", "services", "shared", "tools", "workflows")


@cache
def files() -> tuple[Path, ...]:
    """Relative paths of all files that are tracked or neither tracked nor ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 (git is on the path)
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def python_files(*folders: str) -> Iterator[Path]:
    """Our Python files below `folders`."""
    return (path for path in files() if path.suffix == ".py" and path.parts[0] in folders)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def text_of(path: Path) -> str:
    """A file's text; nothing for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
