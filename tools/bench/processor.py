"""Who uses the processors: time spent by each program of the product, from the kernel's own books."""

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"""Places in /proc/<pid>/stat after the name."""


def milliseconds() -> Mapping[str, float]:
    """Processor time so far of this process and of all below it, by program."""
    spent: dict[str, float] = defaultdict(float)
    fields = {process: _stat(process) for process in _processes()}
    for process, stat in fields.items():
        if stat and _descends(process, fields):
            spent[_program(process)] += (int(stat[_USER]) + int(stat[_SYSTEM])) * 1000 / _TICKS
    return spent


def per_call(before: Mapping[str, float], calls: int) -> dict[str, float]:
    """Milliseconds of each program since then, for one of the calls; the largest first."""
    spent = {program: (now - before.get(program, 0)) / calls for program, now in milliseconds().items()}
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(process: int) -> list[str]:
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="latin-1")
    except OSError:
        return []  # ended meanwhile
    return text.rpartition(") ")[2].split()


def _descends(process: int, fields: Mapping[int, list[str]]) -> bool:
    while fields.get(process):
        if process == os.getpid():
            return True
        process = int(fields[process][_PARENT])
    return False


def _program(process: int) -> str:
    """The module of a Python process, else the name of the binary; PostgreSQL's processes count as one."""
    if process == os.getpid():
        return "load generator"
    try:
        argv = Path(f"/proc/{process}/cmdline").read_text(encoding="latin-1").split("\0")
    except OSError:
        return "ended"
    if "-m" in argv[:-1]:
        return argv[argv.index("-m") + 1]
    return Path(argv[0].split(":")[0].split(" ")[0]).name or "kernel"
