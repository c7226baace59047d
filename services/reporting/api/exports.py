"""Files of figures over HTTP: asked for, watched, taken, stopped; each is its asker's alone."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.reporting.ports.exporting import Export, ExportState
from services.reporting.schemas.exports import ExportOut, ExportsOut, ExportWish
from services.reporting.use_cases.exports import AskExports
from shared.rulebook.access import Principal
from shared.runtime.document_transfer import DOWNLOAD, disposition_of
from shared.runtime.errors import language_of
from shared.runtime.http import PROBLEMS
from shared.runtime.problems import make
from shared.runtime.security import CurrentPrincipal

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_PREFIX = "/api/reports/exports"
ExportId = Annotated[str, Path(pattern=_UUID)]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


def export_routes(ask: AskExports) -> APIRouter:
    """The routes below /api/reports/exports."""
    router = APIRouter(prefix=_PREFIX, tags=["exports"], responses={404: PROBLEMS[404] | {"description": "Not seen"}})

    @router.post("", status_code=202, responses={409: PROBLEMS[409]})
    async def ask_export(
        body: ExportWish,
        asker: CurrentPrincipal,
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ExportOut:
        """Have a file made. The same Idempotency-Key and content again is the same job."""
        wish = body.wish(language_of(request))
        content = hashlib.sha256(f"{asker.user_id}\n{wish}".encode()).hexdigest()
        export = await ask.ask(asker, wish, key=idempotency_key, content=content)
        response.headers["Location"] = f"{_PREFIX}/{export.export_id}"
        return _told(export, request)

    @router.get("")
    async def my_exports(
        asker: CurrentPrincipal, request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> ExportsOut:
        """The reader's own, the latest first; those over for long are forgotten with their files."""
        return ExportsOut(exports=[_told(export, request) for export in await ask.mine(asker, limit=limit)])

    @router.get("/{export_id}")
    async def show(export_id: ExportId, asker: CurrentPrincipal, request: Request) -> ExportOut:
        """How far it is."""
        return _told(await ask.show(asker, export_id), request)

    @router.post("/{export_id}/cancel")
    async def cancel(export_id: ExportId, asker: CurrentPrincipal, request: Request) -> ExportOut:
        """Stop it; one that is over stays as it ended."""
        return _told(await ask.cancel(asker, export_id), request)

    @router.get("/{export_id}/file", response_class=StreamingResponse, responses=DOWNLOAD | {409: PROBLEMS[409]})
    async def take(export_id: ExportId, asker: CurrentPrincipal) -> StreamingResponse:
        """The file, while its asker still sees what may be in it."""
        return await _file(ask, asker, export_id)

    return router


async def _file(ask: AskExports, asker: Principal, export_id: str) -> StreamingResponse:
    file, stream = await ask.take(asker, export_id)
    return StreamingResponse(
        stream,
        media_type=file.media_type,
        headers={
            "Content-Disposition": disposition_of(file.name),
            "Content-Length": str(file.size),
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{file.sha256}"',
        },
    )


def _told(export: Export, request: Request) -> ExportOut:
    """The job, with its failure in words and its file's address once there is one."""
    failure = None
    if export.failure is not None:
        failure = make(export.failure, 409, language=language_of(request))
    address = f"{_PREFIX}/{export.export_id}/file" if export.state is ExportState.DONE else None
    return ExportOut.of(export, failure=failure, file=address)
