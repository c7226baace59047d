"""What people do on the portal's follow-up page, as requests."""

from collections.abc import Sequence

import httpx

from tests.support.fakes_portal_follow_up import FOLLOW_UP_ID
from tests.support.html_pages import Page, SentForm

ADDRESS = f"/suivis/{FOLLOW_UP_ID}"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://portal.test{ADDRESS}"}


async def form_of(browser: httpx.AsyncClient, **fields: str) -> SentForm:
    """The form of the page with these fields."""
    return Page((await browser.get(ADDRESS)).text).form(**fields)


async def complete(
    browser: httpx.AsyncClient, step: str, *, ticked: Sequence[str] = (), **changes: str
) -> httpx.Response:
    """The answer to the step's form, sent without scripts."""
    form = await form_of(browser, kind="CompleteStep", step_id=step)
    return await browser.post(ADDRESS, data=form.data(ticked=list(ticked), **changes))
