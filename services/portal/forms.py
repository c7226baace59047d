"""Forms as they are sent: from our own pages, and by the session that they were made for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile

from services.portal.frame import Person, Visit, Visitor

_MOST_FIELDS = 1000
_MOST_FILES = 20


class ForeignFormError(Exception):
    """Another site sent this form, or another session made it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of the signed-in person; `trusted` is false when it was made for another session."""

    visit: Visit
    fields: FormData
    trusted: bool

    def text(self, name: str) -> str:
        """The last value of a field: the button pressed overrides the form's own."""
        values = [value for value in self.fields.getlist(name) if isinstance(value, str)]
        return values[-1].strip() if values else ""

    @property
    def files(self) -> list[UploadFile]:
        """The files that were chosen."""
        return [one for one in self.fields.getlist("file") if isinstance(one, UploadFile) and one.filename]

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field."""
        return tuple(value for value in self.fields.getlist(name) if isinstance(value, str))


async def sent_anywhere(visit: Visitor) -> AsyncIterator[FormData]:
    """The fields of a form that our own pages sent, by whomever; ForeignFormError for another site's."""
    check_origin(visit)
    async with visit.request.form(max_files=0, max_fields=_MOST_FIELDS) as fields:
        yield fields


def check_origin(visit: Visit) -> None:
    """ForeignFormError for a form that another site sent."""
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in {None, "same-origin", "none"}:
        raise ForeignFormError
    # A browser that hides where a form comes from says `null`; then it has to say that it is our own site.
    if origin is not None and urlsplit(origin).netloc != headers.get("host") and not (origin == "null" and site):
        raise ForeignFormError


async def sent(visit: Person, fields: Annotated[FormData, Depends(sent_anywhere)]) -> Sent:
    """A form of the signed-in person, trusted or not."""
    return sent_by(visit, fields)


async def sent_with_files(visit: Person) -> AsyncIterator[Sent]:
    """The same for a form in which files may be chosen."""
    check_origin(visit)
    async with visit.request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as fields:
        yield sent_by(visit, fields)


def sent_by(visit: Visit, fields: FormData) -> Sent:
    """The form with these fields."""
    token = fields.get("form_token")
    return Sent(visit, fields, isinstance(token, str) and visit.desk.sealer.is_form_token(visit.signed_in, token))


async def trusted(form: Annotated[Sent, Depends(sent)]) -> Sent:
    """A form of this very session; ForeignFormError otherwise."""
    if not form.trusted:
        raise ForeignFormError
    return form


OwnFields = Annotated[FormData, Depends(sent_anywhere)]
AnyForm = Annotated[Sent, Depends(sent)]
FormWithFiles = Annotated[Sent, Depends(sent_with_files)]
SentForm = Annotated[Sent, Depends(trusted)]
