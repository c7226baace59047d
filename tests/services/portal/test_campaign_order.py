"""A place in a list of many pages is found whatever page it stands on."""

from typing import Any

import pytest

from services.portal.screens.campaigns.listing import standing_at


class Pages:
    """The list of campaigns on two pages of three."""

    async def get(self, _path: str, *, after: str | None, **_filters: object) -> dict[str, Any]:
        names, following = (("a", "b", "c"), "second") if after is None else (("d", "e", "f"), None)
        return {"items": [{"campaign_id": name} for name in names], "next": following}


@pytest.mark.parametrize(
    ("place", "moved", "stands_there"),
    [(1, "e", "a"), (3, "e", "c"), (4, "e", "d"), (4, "a", "e"), (5, "a", "f"), (6, "a", None), (900, "a", None)],
)
async def test_the_campaign_before_which_one_is_put_is_found_among_the_others(place, moved, stands_there):
    assert await standing_at(Pages(), place, moved) == stands_there
