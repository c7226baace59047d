"""The files that pages load: ours by content, those of npm by the manifest that tools/assets.py wrote."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class AssetsMissingError(Exception):
    """The files of npm were not fetched: `make assets`."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Where a page finds each file, by name; `files` lists all that is served, by address, `compressed` its gzip."""

    addresses: dict[str, str]
    files: dict[str, Path]
    compressed: dict[str, bytes]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """All files below `folder`; AssetsMissingError without those of npm."""
        manifest = folder / "vendor" / "manifest.json"
        if not manifest.exists():
            raise AssetsMissingError("run `make assets` first")
        vendored = json.loads(manifest.read_text(encoding="utf-8"))
        files = {name: folder / "vendor" / hashed for name, hashed in vendored.items()}
        files |= {path.name: path for path in folder.iterdir() if path.suffix in _TYPES}
        addresses = {name: f"/static/{_version(path)}/{name}" for name, path in files.items()}
        served = {addresses[name]: path for name, path in files.items()}
        return cls(addresses, served, {address: _compressed(path) for address, path in served.items()})


def assets_router(assets: Assets) -> APIRouter:
    """Serves them, compressed where they were, for ever under an address that changes with the content."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/{address:path}")
    async def asset(request: Request, address: str) -> Response:
        path = assets.files.get(f"/static/{address}")
        if path is None:
            return Response(status_code=404)
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        media_type = f"{_TYPES[path.suffix]}; charset=utf-8"
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return FileResponse(path, media_type=media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(assets.compressed[f"/static/{address}"], media_type=media_type, headers=headers)

    @router.get("/favicon.ico")
    async def icon() -> Response:
        # Pages name their own; browsers ask for this one on pages that are not ours, such as the issuer's.
        return FileResponse(FOLDER / "mark.svg", media_type=_TYPES[".svg"], headers={"Cache-Control": "max-age=86400"})

    return router


def _compressed(path: Path) -> bytes:
    """Those of npm were compressed when they were written; ours are few and small."""
    beside = path.with_name(f"{path.name}.gz")
    return beside.read_bytes() if beside.exists() else gzip.compress(path.read_bytes(), 9, mtime=0)


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
