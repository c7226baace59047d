"""A lost update is answered 412: somebody else saved in between."""

from fastapi import Request, Response

from services.directory.use_cases.administer import VersionChanged
from shared.runtime import errors, problems


async def version_changed(request: Request, error: VersionChanged) -> Response:
    """412; `data.present` is the revision to look at."""
    return errors.respond(problems.make(error.code, 412, data=error.data, language=errors.language_of(request)))
