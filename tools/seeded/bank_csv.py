"""Writes a file in the format of the bank-marketing sample: `python -m tools.seeded.bank_csv FILE`, all invented.

The spread resembles the real one: most clients are contacted once or twice, one in eight subscribes, and balances
are skewed, some of them negative.
"""

import argparse
import csv
from pathlib import Path
from random import Random

COLUMNS = (
    "row", "age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month",
    "duration", "campaign", "pdays", "previous", "poutcome", "y",
)  # fmt: skip
JOBS = (
    "management", "technician", "entrepreneur", "blue-collar", "unknown", "retired", "admin.", "services",
    "self-employed", "unemployed", "housemaid", "student",
)  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SUBSCRIBES = 0.125


def write(path: Path, *, rows: int = 200, seed: int = 20261124) -> Path:
    """Write `rows` people to `path` and answer it."""
    chance = Random(seed)  # noqa: S311  invented people, no secret
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_person(chance, number) for number in range(1, rows + 1))
    return path


def _person(chance: Random, number: int) -> dict[str, object]:
    # The first rows hold each job, and each number of contacts that the figures tell apart, in the smallest file too.
    job = JOBS[(number - 1) % len(JOBS)] if number <= len(JOBS) else chance.choice(JOBS)
    contacts = number if number <= len(JOBS) else min(1 + int(chance.expovariate(0.6)), 40)
    return {
        "row": number * 10,
        "age": chance.randint(18, 95),
        "job": job,
        "marital": chance.choice(("married", "single", "divorced")),
        "education": chance.choice(("primary", "secondary", "tertiary", "unknown")),
        "default": _yes(chance, 0.02),
        "balance": _balance(chance),
        "housing": _yes(chance, 0.55),
        "loan": _yes(chance, 0.16),
        "contact": chance.choice(("cellular", "telephone", "unknown")),
        "day": chance.randint(1, 28),
        "month": chance.choice(_MONTHS),
        "duration": chance.randint(5, 1800),
        "campaign": contacts,
        "pdays": -1,
        "previous": 0,
        "poutcome": "unknown",
        "y": _yes(chance, _SUBSCRIBES),
    }


def _balance(chance: Random) -> int:
    return int(chance.lognormvariate(6.2, 1.4)) - 300


def _yes(chance: Random, share: float) -> str:
    return "yes" if chance.random() < share else "no"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    asked = parser.parse_args()
    print(write(asked.file, rows=asked.rows))
