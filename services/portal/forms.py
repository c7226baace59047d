"""Forms as they are sent: from our own pages, and by the session that they were made for."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile

from services.portal.frame import Person, Visit, Visitor

_MOST_FIELDS = 1000
_MOST_FILES = 20
_LARGEST_PART = 1 << 20


class ForeignFormError(Exception):
    """Another site sent this form, or another session made it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of the signed-in person; `trusted` is false when it was made for another session."""

    visit: Visit
    fields: FormData
    trusted: bool

    def own(self) -> Self:
        """This form, of this very session; ForeignFormError otherwise."""
        if not self.trusted:
            raise ForeignFormError
        return self

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
    _check_origin(visit)
    async with visit.request.form(max_files=0, max_fields=_MOST_FIELDS) as fields:
        yield fields


def sent_form(
    *, files: int = 0, fields: int = _MOST_FIELDS, largest_part: int = _LARGEST_PART
) -> Callable[[Visit], AsyncIterator[Sent]]:
    """The dependency on a form of the signed-in person, trusted or not, with so many files and fields at most.

    Files are closed with the answer.
    """

    async def sent(visit: Person) -> AsyncIterator[Sent]:
        _check_origin(visit)
        async with visit.request.form(max_files=files, max_fields=fields, max_part_size=largest_part) as given:
            token = given.get("form_token")
            yield Sent(visit, given, isinstance(token, str) and visit.desk.sealer.is_form_token(visit.signed_in, token))

    return sent


def _check_origin(visit: Visit) -> None:
    """ForeignFormError for a form that another site sent."""
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in {None, "same-origin", "none"}:
        raise ForeignFormError
    # A browser that hides where a form comes from says `null`; then it has to say that it is our own site.
    if origin is not None and urlsplit(origin).netloc != headers.get("host") and not (origin == "null" and site):
        raise ForeignFormError


OwnFields = Annotated[FormData, Depends(sent_anywhere)]
AnyForm = Annotated[Sent, Depends(sent_form())]
FormWithFiles = Annotated[Sent, Depends(sent_form(files=_MOST_FILES))]


async def trusted(form: AnyForm) -> Sent:
    """A form of this very session; ForeignFormError otherwise."""
    return form.own()


SentForm = Annotated[Sent, Depends(trusted)]
