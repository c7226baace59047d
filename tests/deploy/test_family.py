import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.embedded.family import Family
from deploy.embedded.processes import Child, Program, ServerFailedError

WAITS = "import time; print('here', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
DIES = "import sys; print('no such column'); sys.exit(3)"


def a_program(folder: Path, code: str, *, name: str = "part", patience: float = 5) -> Program:
    return Program(name=name, argv=(sys.executable, "-c", code), log=folder / f"{name}.log", patience=patience)


def spoken(child: Child) -> bool:
    return "here" in child.tail()


def a_family() -> Family:
    return Family(say=lambda _: None)


def test_a_child_that_dies_is_reported_with_its_last_words(tmp_path):
    family = a_family()
    family.add([Child(a_program(tmp_path, DIES, name="directory"))])

    with pytest.raises(ServerFailedError, match=r"directory ended by itself with 3(.|\n)*no such column"):
        family.watch()


def test_a_death_elsewhere_ends_the_wait_for_readiness(tmp_path):
    family = a_family()
    alive = Child(a_program(tmp_path, WAITS, name="web"))
    family.add([alive, Child(a_program(tmp_path, DIES, name="worker"))])

    with pytest.raises(ServerFailedError, match="worker ended"):
        family.wait_until(lambda: False, of=alive, within=30)
    family.stop()


def test_a_task_that_fails_is_reported(tmp_path):
    with pytest.raises(ServerFailedError, match="no such column"):
        a_family().run_once(a_program(tmp_path, DIES), within=30)


def test_a_task_that_succeeds_is_waited_for(tmp_path):
    a_family().run_once(a_program(tmp_path, f"open({str(tmp_path / 'done')!r}, 'w')"), within=30)

    assert (tmp_path / "done").exists()


def test_a_child_that_will_not_stop_is_killed_when_patience_ends(tmp_path):
    family = a_family()
    child = Child(a_program(tmp_path, STUBBORN, patience=0.2))
    child.wait_until(lambda: spoken(child))
    family.add([child])

    family.stop()

    assert child.process.returncode == -signal.SIGKILL


def test_the_last_tier_stops_first(tmp_path):
    stopped: list[str] = []
    family = Family(say=stopped.append)
    for name in ("server", "role"):
        family.add([Child(a_program(tmp_path, WAITS, name=name))])

    family.stop()

    assert stopped == ["role stopped", "server stopped"]


def test_a_child_dies_with_its_parent_even_as_another_user(tmp_path):
    user = 65534 if os.geteuid() == 0 else None
    mother = (
        "from pathlib import Path; import sys, os, time\n"
        "from deploy.embedded.processes import Child, Program\n"
        f"child = Child(Program(name='c', argv=('sleep', '60'), log=Path({str(tmp_path / 'c.log')!r}), user={user}))\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", mother], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and _state(child) != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
