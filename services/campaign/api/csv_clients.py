"""Clients are targeted by a CSV file, which may be rehearsed (spec 3.1)."""

import asyncio
import hashlib
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request, Response

from services.campaign.api.door import CampaignId, TheDoor
from services.campaign.schemas.csv_clients import COLUMNS, CsvTargeting, read_clients
from services.campaign.schemas.fields import Key
from services.campaign.schemas.jobs import TargetingJob
from services.campaign.schemas.targeting import MAX_BODY_BYTES
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.target_clients import rehearse, target_clients
from shared.runtime.csv_files import receive
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}", tags=["targeted clients"])
_IN_MEMORY = 1 << 20
_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string", "format": "binary", "description": f"Columns: {', '.join(COLUMNS)}"}
            }
        },
    }
}


@router.post(
    "/clients/csv",
    status_code=202,
    responses={200: {"model": CsvTargeting, "description": "The report of a rehearsal"}},
    max_body_size=MAX_BODY_BYTES,
    openapi_extra=_CSV_BODY,
)
async def put_clients_by_csv(
    campaign_id: CampaignId,
    request: Request,
    *,
    door: TheDoor,
    asker: CurrentPrincipal,
    response: Response,
    dry_run: Annotated[bool, Query(description="Judge every row and answer the report, but keep nothing")] = False,
    key: Annotated[Key | None, Query(description="Makes a repeated call the same job")] = None,
) -> CsvTargeting:
    """Up to 100,000 rows of a client's reference, with a potential and an entry date where these are not the default.

    UTF-8, with or without a mark, or Windows-1252; cells between `;` or `,`; amounts and dates as in French or English,
    the day first (`04/05/2026`) or ISO. A row that cannot be read is listed by number, and the others go on; a file
    that cannot be read to its end is refused whole.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        await receive(request.stream(), file)
        read = await asyncio.to_thread(read_clients, file)
        content = await asyncio.to_thread(_fingerprint, file, asker.user_id)
    if dry_run:
        response.status_code = 200
        found = [one async for one in rehearse(door.desk, asker, campaign_id, read.items)]
        return CsvTargeting.of(read, [*read.wrong, *found], None)
    call = Call(items=read.items, key=key or str(uuid4()), content=content, wrong=read.wrong)
    job = await target_clients(door.desk, asker, campaign_id, call)
    door.written()
    return CsvTargeting.of(read, read.wrong, TargetingJob.asked(job))


def _fingerprint(file: IO[bytes], user_id: str) -> str:
    digest = hashlib.sha256(f"{user_id}\n".encode())
    file.seek(0)
    while piece := file.read(1 << 16):
        digest.update(piece)
    return digest.hexdigest()
