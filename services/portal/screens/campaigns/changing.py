"""What a change of a campaign would do, and what somebody else changed meanwhile (spec 2.4)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portal.frame import Visit
from services.portal.screens.campaigns.definition import digest_of, put_behind
from services.portal.upstream import Answer

_TOUCHED = ("blocked", "unblocked", "another_step", "unplanned")


@dataclass(frozen=True, slots=True)
class Change:
    """A change, weighed: its effects by unit, and the steps for which one chooses from whom they are due."""

    digest: str
    preview: Mapping[str, Any]
    units: Sequence[tuple[str | None, Mapping[str, int]]]
    chosen_for: Sequence[Mapping[str, Any]]

    def is_to_be_shown(self, shown: str) -> bool:
        """Whether it has to be looked at before it is saved; `shown` is the digest of what was looked at last."""
        touches = any(self.preview["total"][name] for name in _TOUCHED)
        return self.preview["refused"] or ((touches or self._asks) and shown != self.digest)

    def asks_about(self, step_id: str) -> bool:
        """Whether it is chosen here from whom this step is due."""
        return any(step["id"] == step_id for step in self.chosen_for)

    @property
    def _asks(self) -> bool:
        open_now = sum(self.preview["total"][name] for name in ("blocked", "unblocked", "another_step", "left_alone"))
        return bool(self.chosen_for) and open_now > 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Who changed the campaign meanwhile, and what; `comparison` is None where it cannot be known now."""

    comparison: Mapping[str, Any] | None


async def weigh(visit: Visit, found: Answer, wanted: dict[str, Any]) -> Change:
    """The effects of this change on the campaign as it is now. UpstreamProblem as the save would be refused."""
    campaign = found.body
    preview, units = await asyncio.gather(
        visit.api.call("POST", f"/api/campaigns/{campaign['campaign_id']}/preview", body=wanted, version=found.version),
        visit.api.get_or_none("/api/directory/units"),
    )
    names = {} if units is None else {one["unit_id"]: one["name"] for one in units["items"]}
    behind = put_behind(campaign, wanted)
    rows = [(names.get(one["unit_id"]), one["effects"]) for one in preview.body["units"]]
    return Change(
        digest=digest_of(wanted, str(found.version)),
        preview=preview.body,
        units=sorted(rows, key=lambda row: row[0] or "~"),
        chosen_for=[step for step in wanted["steps"] if step["id"] in behind],
    )


async def conflict_with(visit: Visit, campaign: Mapping[str, Any], seen: str) -> Conflict:
    """What was changed since the version that was seen."""
    number = seen.strip('"')
    if not number.isdigit() or int(number) == campaign["version"]:
        return Conflict(None)
    path = f"/api/campaigns/{campaign['campaign_id']}/versions/{number}/compare/{campaign['version']}"
    return Conflict(await visit.api.get_or_none(path))
