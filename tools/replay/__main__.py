"""`python -m tools.replay --data CSV [--rows N] [--url URL]`: plays the file and compares every figure.

With `--twice` and `--shuffled` every signal is sent twice, and in an order that says nothing.

Exit status: 0 when all figures are equal, 1 when one differs, 2 when the replay could not be played to its end. The
last line printed is one JSON object with the figures that the reports show.
"""

import argparse
import asyncio
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tools.replay.disorder import Disorder
from tools.replay.expect import figures_of
from tools.replay.plan import STARTED_DAYS_AGO, Plan
from tools.replay.play import Result, play
from tools.replay.progress import bars
from tools.replay.session import ReplayError, Session, crm_secret
from tools.replay.source import SourceError, read

_EQUAL, _DIFFERENT, _NOT_PLAYED, _INTERRUPTED = 0, 1, 2, 130


def main() -> int:
    """Play, compare, say."""
    given = _arguments()
    try:
        result = asyncio.run(_play(given))
    except (SourceError, ReplayError) as error:
        print(error, file=sys.stderr)
        return _NOT_PLAYED
    except KeyboardInterrupt:
        print("Interrupted; start it again and it goes on.", file=sys.stderr)
        return _INTERRUPTED
    for difference in result.differences:
        print(difference)
    print(json.dumps(result.reported.as_json(), ensure_ascii=False))
    return _DIFFERENT if result.differences else _EQUAL


async def _play(given: argparse.Namespace) -> Result:
    plan, expected = Plan(read(given.data, rows=given.rows)), figures_of(given.data, rows=given.rows)
    disorder = Disorder(twice=given.twice, shuffled=given.shuffled, seed=given.seed)
    zone = ZoneInfo(os.environ.get("JALON_TIMEZONE", "Europe/Paris"))
    first_day = datetime.now(zone).date() - timedelta(days=STARTED_DAYS_AGO)
    async with Session(given.url, crm_secret()) as session:
        with bars() as shown:
            return await play(session, plan, expected, shown, first_day=first_day, zone=zone, disorder=disorder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.replay", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a bank-marketing file")
    parser.add_argument("--rows", type=_positive, help="play only so many of its first rows")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the product runs (default: %(default)s)")
    parser.add_argument("--twice", action="store_true", help="send every signal twice")
    parser.add_argument("--shuffled", action="store_true", help="send the signals of all clients in a random order")
    parser.add_argument("--seed", type=int, default=1, help="of the random order (default: %(default)s)")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
