"""The visitor's language and colours, kept in the browser."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import OwnFields
from services.portal.frame import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Visitor, safe_path
from services.portal.locale import LANGUAGES

router = APIRouter(include_in_schema=False)
_YEAR = 31_536_000


@router.post("/preferences")
async def choose(visit: Visitor, fields: OwnFields) -> Response:
    """Keep what was chosen, and come back to the same page."""
    back = fields.get("back")
    answer = RedirectResponse(safe_path(back if isinstance(back, str) else None), status_code=303)
    for cookie, field, known in ((LANGUAGE_COOKIE, "language", LANGUAGES), (THEME_COOKIE, "theme", THEMES)):
        value = fields.get(field)
        if isinstance(value, str) and value in known:
            answer.set_cookie(
                cookie, value, max_age=_YEAR, secure=visit.desk.settings.secure_cookies, httponly=True, samesite="lax"
            )
    return answer
