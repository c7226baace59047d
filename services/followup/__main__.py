"""`python -m services.followup`: this service as a process of its own.

`python -m services.followup timeline-check` folds every follow-up again from its facts alone, beside the running
service, prints what differs from the read model as one JSON object per follow-up, and exits with 1 if anything does;
`--campaign` looks at one campaign, `--mend` writes interactions that differ anew.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from services.followup.app import NAME, create_app
from services.followup.settings import Settings
from services.followup.store.checking import PostgresRecords
from services.followup.use_cases.check_timelines import check_timelines
from shared.runtime.database import Database
from shared.runtime.http import serve


def timeline_check(settings: Settings, arguments: Sequence[str]) -> int:
    """Run the check that the arguments ask for; 1 when a follow-up was not what its facts say."""
    parser = argparse.ArgumentParser(prog="python -m services.followup timeline-check")
    parser.add_argument("--campaign", metavar="ID", help="the follow-ups of one campaign only")
    parser.add_argument("--mend", action="store_true", help="write interactions that differ anew")
    asked = parser.parse_args(arguments)
    return asyncio.run(_timeline_check(settings, asked.campaign, mend=asked.mend))


async def _timeline_check(settings: Settings, campaign_id: str | None, *, mend: bool) -> int:
    database = Database(settings.database_url, service=NAME, pool_size=2, background=True)
    follow_ups = facts = differing = 0
    async for checked in check_timelines(PostgresRecords(database), campaign_id, mend=mend):
        follow_ups += 1
        facts += checked.facts
        if checked.differences:
            differing += 1
            _say({"follow_up_id": checked.follow_up_id, "differences": checked.differences})
    await database.close()
    _say({"follow_ups": follow_ups, "facts": facts, "differing": differing})
    return 1 if differing else 0


def _say(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["timeline-check"]:
        sys.exit(timeline_check(Settings(), sys.argv[2:]))
    serve(create_app, Settings, role=NAME)
