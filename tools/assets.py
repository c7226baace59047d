"""`python -m tools.assets`: the few served files of the npm packages, hashed, compressed, with a manifest.

Of ECharts only what the screens draw with: esbuild, which npm brings as one program without node, cuts the rest away.

It needs `npm ci` in services/portal first. What it writes is never committed.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

PORTAL = Path(__file__).parent.parent / "services" / "portal"
PACKAGES = PORTAL / "node_modules"
SERVED = PORTAL / "static" / "vendor"
CHARTS = PORTAL / "charts" / "echarts.js"

FILES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "sortable.js": "sortablejs/Sortable.min.js",
}
"""Name in templates → file in the packages."""

ICONS = (
    "activity", "adjustments-horizontal", "alert-triangle", "archive", "archive-off", "arrow-back-up", "arrow-down",
    "arrow-right", "arrow-up", "bell", "briefcase", "calendar-event", "chart-bar", "check", "chevron-right",
    "circle-check", "circle-dot", "circle-minus", "circle-x", "clock", "copy", "dots", "edit", "file-text",
    "filter", "grip-vertical", "home", "language", "list-check", "lock", "login-2", "logout", "mail", "minus", "moon",
    "phone", "player-play", "plus", "settings", "star", "sun", "target", "trash", "user", "users", "x",
    "zoom-in",
)  # fmt: skip
"""The icons of the screens, from the outline set of Tabler."""

_SOURCE_MAP = re.compile(rb"\s*(?:/\*#|//#) sourceMappingURL=\S+(?: \*/)?\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_INVISIBLE = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def write_assets(packages: Path = PACKAGES, served: Path = SERVED) -> dict[str, str]:
    """Write the served files anew; answer the manifest, name → hashed file name."""
    contents = {name: _SOURCE_MAP.sub(b"\n", (packages / path).read_bytes()) for name, path in FILES.items()}
    contents["echarts.js"] = bundle(packages, CHARTS, "echarts")
    contents["icons.svg"] = sprite(packages / "@tabler/icons/icons/outline", ICONS).encode()

    shutil.rmtree(served, ignore_errors=True)
    served.mkdir(parents=True)
    manifest = {name: _write(served, name, content) for name, content in contents.items()}
    (served / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def bundle(packages: Path, entry: Path, name: str) -> bytes:
    """What `entry` imports from the packages, and nothing else, as one script that sets the global `name`."""
    programs = sorted(packages.glob("@esbuild/*/bin/esbuild"))
    if not programs:
        raise FileNotFoundError(f"no esbuild in {packages}: npm ci")
    command = [str(programs[0]), "--bundle", "--minify", "--format=iife", f"--global-name={name}", "--charset=utf8"]
    # Several packages have licences of their own; each stays where it is, in the package.
    command += ["--legal-comments=none", "--log-level=warning", f"--sourcefile={entry.name}"]
    source = entry.read_bytes()
    return subprocess.run(command, input=source, cwd=packages.parent, check=True, stdout=subprocess.PIPE).stdout


def sprite(folder: Path, names: Iterable[str]) -> str:
    """One SVG with a symbol per icon, each drawn in the colour of the text around its use."""
    symbols = "".join(_symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def _symbol(name: str, svg: str) -> str:
    found = _DRAWING.search(_COMMENT.sub("", svg))
    if found is None:
        raise ValueError(f"{name} is no SVG")
    drawing = re.sub(r"\s+", " ", found[1].replace(_INVISIBLE, "")).strip()
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
    )


def _write(served: Path, name: str, content: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    hashed = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
    (served / hashed).write_bytes(content)
    (served / f"{hashed}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    return hashed


if __name__ == "__main__":
    for asset, file in write_assets().items():
        print(f"{asset:14} {file}")
