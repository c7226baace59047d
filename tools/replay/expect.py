"""Every figure of the replayed campaign, computed from the file alone: nothing of the product is imported or asked.

Once all is played, each follow-up is concluded, so that only the number of contacts and the answer matter:
one contact completes step 1 and leaves the client at step 2, two leave the client at step 3, three or more at step 4.
Steps 2 and 4 are optional; step 3 is the sales step. A branch's three advisors take its clients in turn.
"""

import csv
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from tools.replay.figures import Figures, Totals

_ALL_STEPS = 4
_SALES_STEP = 3
_ADVISORS = 3


def figures_of(path: Path, *, rows: int | None = None) -> Figures:
    """The figures of the first `rows` clients of the file, or of all."""
    calls: Counter[int] = Counter()
    sold_early = 0
    total = Totals()
    branches: dict[str, Totals] = defaultdict(Totals)
    advisors: dict[str, Totals] = defaultdict(Totals)
    for line in _table(path)[: rows or None]:
        contacts, balance, sold = int(line["campaign"]), Decimal(line["balance"]), line["y"] == "yes"
        calls[contacts] += 1
        sold_early += sold and contacts < _SALES_STEP
        job = line["job"].strip()
        branch = branches[job]
        for part in (total, branch, advisors[f"{job} {branch.clients % _ADVISORS + 1}"]):
            _count(part, max(balance, Decimal(0)), sold=sold)
    return Figures(
        clients=total.clients,
        contacts=sum(contacts * clients for contacts, clients in calls.items()),
        accepted=total.accepted,
        refused=total.refused,
        potential=total.potential,
        collected=total.collected,
        conversion_rate=_per_cent(total.accepted, _reaching(calls, _SALES_STEP) + sold_early),
        take_up_rate=_per_cent(total.accepted, total.clients),
        steps={number: _groups(calls, number) for number in range(1, _ALL_STEPS + 1)},
        branches=dict(branches),
        advisors=dict(advisors),
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        return list(csv.DictReader(file, delimiter=delimiter))


def _count(part: Totals, potential: Decimal, *, sold: bool) -> None:
    part.clients += 1
    part.potential += potential
    if sold:
        part.accepted += 1
        part.collected += potential
    else:
        part.refused += 1


def _groups(calls: Counter[int], number: int) -> dict[str, int]:
    # The fourth step is completed by nobody: contacts beyond the third are unplanned.
    done = _reaching(calls, number) if number <= _SALES_STEP else 0
    left = _reaching(calls, number - 1) - done if number > 1 else 0
    return {"done": done, "not_reached": sum(calls.values()) - done - left, "open": 0, "left": left, "skipped": 0}


def _reaching(calls: Counter[int], contacts: int) -> int:
    return sum(clients for number, clients in calls.items() if number >= contacts)


def _per_cent(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
