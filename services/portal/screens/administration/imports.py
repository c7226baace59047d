"""CSV files of the CRM: rehearsed first, with a report, then imported; rows refused can be downloaded (spec 1)."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.portal.filled import Filled
from services.portal.forms import Sent, sent_form
from services.portal.frame import Visit
from services.portal.locale import Words
from services.portal.screens.administration.parts import Administrator
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

KINDS = ("units", "profiles", "users", "clients", "accounts", "transactions")
COLUMNS = {
    "units": ("external_id", "name", "parent", "active"),
    "profiles": ("external_id", "name", "access_level", "manage_campaigns", "administrator", "operator", "active"),
    "users": ("external_id", "name", "email", "language", "unit", "profile", "extra_rights.*", "active"),
    "clients": ("external_id", "name", "phone", "email", "advisor", "attributes.*", "active"),
    "accounts": ("external_id", "client", "label", "kind", "opened_on", "active"),
    "transactions": ("external_id", "account", "booked_on", "amount", "label", "active"),
}
"""What the first row of a file may name."""
_LARGEST = 33 * 1024 * 1024
_PATIENCE_S = 300.0
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was chosen, of a kind; `digest` says whether it is the one that was rehearsed."""

    form: Sent
    kind: str
    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """The file and its kind in short."""
        return hashlib.sha256(self.kind.encode() + b"\n" + self.content).hexdigest()


async def uploaded(form: Annotated[Sent, Depends(sent_form(files=1, fields=20))]) -> Upload:
    """The file of the form; empty when none was chosen."""
    file = form.fields.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    name = file.filename or "" if isinstance(file, UploadFile) else ""
    return Upload(form, form.text("kind"), name, content)


Uploaded = Annotated[Upload, Depends(uploaded)]


@router.get("/administration/imports")
async def imports(visit: Administrator) -> Response:
    """The form."""
    return await _page(visit, Filled({"kind": "units"}))


@router.post("/administration/imports", max_body_size=_LARGEST)
async def take(upload: Uploaded) -> Response:
    """Rehearse the file, or import it once this very file was rehearsed."""
    form, visit = upload.form, upload.form.visit
    typed = Filled.of(form)
    _check(upload, typed)
    if typed.is_wrong:
        return await _page(visit, typed, status=422)
    rehearsed = form.text("rehearsed") == upload.digest
    wanted = form.text("step") == "import"
    try:
        report = await _send(upload, dry_run=not (wanted and rehearsed))
    except UpstreamProblem as problem:
        typed.errors["file"] = problem.detail or visit.say("error.unavailable")
        return await _page(visit, typed, status=problem.status)
    return await _page(visit, typed, report=report, file=upload, first=wanted and not rehearsed)


@router.post("/administration/imports/erreurs", max_body_size=_LARGEST)
async def errors(upload: Uploaded) -> Response:
    """The rows of the file that are refused, as a file that a spreadsheet opens; nothing is kept."""
    typed = Filled.of(upload.form)
    _check(upload, typed)
    if typed.is_wrong:
        return await _page(upload.form.visit, typed, status=422)
    report = await _send(upload, dry_run=True)
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    say = upload.form.visit.say
    rows.writerow([say("import.row"), say("admin.identifier"), say("import.code"), say("import.why")])
    rows.writerows(
        [e["row"], _harmless(e["external_id"] or ""), e["code"], _harmless(e["detail"])] for e in report["errors"]
    )
    name = f"{upload.kind}-{say('import.errors_file')}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(written.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _check(upload: Upload, typed: Filled) -> None:
    say = upload.form.visit.say
    if not upload.form.trusted:
        typed.refusal = say("error.form_expired")
    if upload.kind not in KINDS:
        typed.errors["kind"] = say("admin.required")
    if not upload.content:
        typed.errors["file"] = say("import.file_missing")


async def _send(upload: Upload, *, dry_run: bool) -> Any:
    """The report, which says in the reader's language why rows are refused."""
    answer = await upload.form.visit.api.call(
        "POST",
        f"/api/directory/imports/{upload.kind}",
        params={"dry_run": "true" if dry_run else None},
        content=upload.content,
        patience=_PATIENCE_S,
    )
    say = upload.form.visit.say
    return {**answer.body, "errors": [{**one, "detail": why_refused(say, one)} for one in answer.body["errors"]]}


def why_refused(say: Words, error: Mapping[str, Any]) -> str:
    """What is wrong with a row; the directory's own words for a code that has none here."""
    code = error["code"]
    if not say.known(f"import.error.{code}"):
        return str(error["detail"])
    return say(f"import.error.{code}", field=str(error["detail"]).partition(":")[0])


async def _page(
    visit: Visit,
    form: Filled,
    *,
    report: Any = None,
    file: Upload | None = None,
    first: bool = False,
    status: int = 200,
) -> Response:
    return await visit.screen(
        "administration/import_part.html" if visit.is_fragment else "administration/imports.html",
        status=200 if visit.is_fragment else status,
        active="administration",
        form=form,
        kinds=KINDS,
        columns=COLUMNS,
        report=report,
        shown=_SHOWN,
        file=file,
        first=first,
    )
