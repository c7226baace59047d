"""What the CRM puts, and what it is answered row by row."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

from services.directory.schemas.fields import OWN_CODES, Attributes, Email, ExternalId, Line, Phone
from services.directory.use_cases.bulk import Outcome, RowError
from shared.contracts.wire import Incoming
from shared.rulebook.access import AccessLevel, Rights

MAX_ITEMS = 10_000
MAX_BODY_BYTES = 32 * 1024 * 1024

_CODES = {
    "missing": "field_missing",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "too_long": "too_long",
}
_ECHOED = 200
_MOST_REPORTED = 1_000


class RightsInput(Incoming):
    """What somebody may do; what is not said is not given."""

    manage_campaigns: bool = False
    access_level: AccessLevel = AccessLevel.NONE
    administrator: bool = False
    operator: bool = False


def rights_of(item: RightsInput) -> Rights:
    """The rights that were sent."""
    return Rights(
        manage_campaigns=item.manage_campaigns,
        access_level=item.access_level,
        administrator=item.administrator,
        operator=item.operator,
    )


class UnitInput(Incoming):
    """A unit; `parent` is the external id of the unit above, absent for a root."""

    external_id: ExternalId
    name: Line
    parent: ExternalId | None = None
    active: bool = True


class ProfileInput(RightsInput):
    """Rights that many users share."""

    external_id: ExternalId
    name: Line
    active: bool = True


class UserInput(Incoming):
    """A person; `unit` and `profile` are external ids.

    `extra_rights` come on top of the profile's. Without them, those that the person has stay; `{}` takes them away.
    """

    external_id: ExternalId
    name: Line
    email: Email = None
    language: Literal["fr", "en"] = "fr"
    unit: ExternalId
    profile: ExternalId
    extra_rights: RightsInput | None = None
    active: bool = True


class ClientInput(Incoming):
    """A client; `advisor` is the external id of a user."""

    external_id: ExternalId
    name: Line
    phone: Phone = None
    email: Email = None
    advisor: ExternalId
    attributes: Attributes = Field(default_factory=dict)
    active: bool = True


Input = TypeVar("Input", bound=BaseModel)


def items_of(kind: type[BaseModel]) -> Any:
    """The items of a call: at most 10,000, each judged alone, documented as `kind`."""
    return Field(max_length=MAX_ITEMS, json_schema_extra={"items": kind.model_json_schema()})


class UnitsPut(Incoming):
    """Units in any order, parents and children together; each row is judged alone."""

    items: Annotated[list[Any], items_of(UnitInput)]


class ProfilesPut(Incoming):
    """Profiles; each row is judged alone."""

    items: Annotated[list[Any], items_of(ProfileInput)]


class UsersPut(Incoming):
    """Users; each row is judged alone."""

    items: Annotated[list[Any], items_of(UserInput)]


class ClientsPut(Incoming):
    """Clients; each row is judged alone."""

    items: Annotated[list[Any], items_of(ClientInput)]


class RowProblem(BaseModel):
    """Why row `row`, counted from 0 in a put and from 1, the header, in a file, was not kept."""

    row: int
    external_id: str | None
    code: str
    detail: str


class PutAnswer(BaseModel):
    """Rows written, rows that said nothing new, and rows refused; the good ones are kept."""

    upserted: int
    unchanged: int
    errors: list[RowProblem]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The outcome as answered."""
        return cls(upserted=outcome.upserted, unchanged=outcome.unchanged, errors=_problems(outcome))


class ImportReport(BaseModel):
    """What a file did, or with `dry_run` would do; rows are numbered as in a spreadsheet, whose first is the header.

    `refused` counts every row that was not kept, `errors` holds the first thousand of them.
    """

    dry_run: bool
    encoding: str
    delimiter: str
    rows: int
    upserted: int
    unchanged: int
    refused: int
    errors: list[RowProblem]

    @classmethod
    def of(cls, outcome: Outcome, *, dry_run: bool, encoding: str, delimiter: str) -> Self:
        """The outcome as reported."""
        return cls(
            dry_run=dry_run,
            encoding=encoding,
            delimiter=delimiter,
            rows=outcome.upserted + outcome.unchanged + len(outcome.errors),
            upserted=outcome.upserted,
            unchanged=outcome.unchanged,
            refused=len(outcome.errors),
            errors=_problems(outcome)[:_MOST_REPORTED],
        )


def _problems(outcome: Outcome) -> list[RowProblem]:
    return [
        RowProblem(row=error.row, external_id=error.external_id, code=error.code, detail=error.detail)
        for error in sorted(outcome.errors, key=lambda error: error.row)
    ]


def read_rows(kind: type[Input], items: list[Any]) -> tuple[list[tuple[int, Input]], list[RowError]]:
    """The rows that are shaped right, by their number from 0, and the errors of the others."""
    return read_numbered(kind, enumerate(items))


def read_numbered(kind: type[Input], rows: Iterable[tuple[int, Any]]) -> tuple[list[tuple[int, Input]], list[RowError]]:
    """As `read_rows`, of rows that have their numbers."""
    good: list[tuple[int, Input]] = []
    wrong: list[RowError] = []
    for row, item in rows:
        try:
            good.append((row, kind.model_validate(item)))
        except ValidationError as error:
            wrong.append(_row_error(row, item, error))
    return good, wrong


def _row_error(row: int, item: Any, error: ValidationError) -> RowError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    external_id = item.get("external_id") if isinstance(item, dict) else None
    return RowError(
        row=row,
        external_id=_echo(external_id) if isinstance(external_id, str) else None,
        code=first["type"] if first["type"] in OWN_CODES else _CODES.get(first["type"], "invalid"),
        detail=f"{_echo(where)}: {first['msg']}" if where else first["msg"],
    )


def _echo(text: str) -> str:
    """What can be said back of a text that may hold anything."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:_ECHOED])
