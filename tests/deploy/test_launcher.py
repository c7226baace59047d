import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from deploy.embedded.processes import free_port
from tests.support.product import one_start_at_a_time
from tests.support.servers import throwaway_folder

ELSEWHERE = {"DATABASE_URL": "postgresql+psycopg://elsewhere/jalon", "TEMPORAL_ADDRESS": "elsewhere:7233"}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def _no_other_launcher_starts() -> Iterator[None]:
    with one_start_at_a_time():
        yield


@pytest.fixture
def data() -> Iterator[Path]:
    with throwaway_folder() as folder:
        yield folder


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*command: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        known = {name: value for name, value in os.environ.items() if name not in {*ELSEWHERE, "NATS_URL"}}
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**known, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
    assert ended(data, within=10)


def processes_of(data: Path) -> list[str]:
    """The command lines of the processes that work on the data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(data).encode() in command or f"JALON_DATA={data}\0".encode() in environment:
                found.append(command.replace(b"\0", b" ").decode())
    return found


def ended(data: Path, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while processes_of(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ready_line_of(launcher: subprocess.Popen[str]) -> str:
    line = line_of(launcher)
    assert " is ready (" in line or line.startswith("ready"), line + "\n" + launcher.communicate(timeout=20)[0]
    return line


@pytest.mark.parametrize("mode", [0o711, 0o700], ids=["any user may enter", "its owner alone may enter"])
def test_a_killed_launcher_leaves_nobody_behind(start, data, mode):
    data.chmod(mode)
    launcher = start("tests.deploy.launcher_of_servers", str(data))
    ready_line_of(launcher)
    assert len(processes_of(data)) >= 4

    launcher.kill()

    assert ended(data, within=5)


def test_the_next_start_finds_what_the_killed_one_left(start, data):
    killed = start("tests.deploy.launcher_of_servers", str(data))
    ready_line_of(killed)
    killed.kill()
    killed.wait()

    again = start("tests.deploy.launcher_of_servers", str(data))

    ready_line_of(again)


def test_a_second_start_on_the_same_folder_says_who_holds_it(start, data):
    first = start("tests.deploy.launcher_of_servers", str(data), environment={**ELSEWHERE, "NATS_URL": "elsewhere"})
    ready_line_of(first)

    second = start("deploy.embedded", "--data", str(data))

    assert line_of(second) == f"{data} is in use by process {first.pid}"
    assert second.wait() == 1


def test_what_the_environment_names_is_used_and_not_started(start, data):
    launcher = start("tests.deploy.launcher_of_servers", str(data), environment=ELSEWHERE)

    ready = ready_line_of(launcher)

    assert "postgresql+psycopg://elsewhere/jalon" in ready
    assert "elsewhere:7233" in ready
    assert [name for name in ("postgres", "nats", "temporal") if (data / name).exists()] == ["nats"]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_the_servers_in_the_reverse_order_of_their_need(start, data, asked):
    launcher = start("tests.deploy.launcher_of_servers", str(data))
    ready_line_of(launcher)

    launcher.send_signal(asked)
    said, _ = launcher.communicate(timeout=20)

    assert said.split("\n")[:3] == ["Temporal stopped", "NATS stopped", "PostgreSQL stopped"]


def test_a_port_that_is_taken_is_said_before_anything_is_started(start, data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launcher = start("deploy.embedded", "--data", str(data), "--port", str(port))

        assert line_of(launcher) == f"port {port} is taken; choose another with --port"
    assert launcher.wait() == 1


def test_the_product_starts_again_after_a_kill_and_stops_its_roles_before_its_servers(start, data):
    port = free_port()
    command = ("deploy.embedded", "--data", str(data), "--port", str(port), "--no-demo")
    killed = start(*command)
    assert "Jalon is ready" in ready_line_of(killed)
    assert (
        len([name for name in processes_of(data) if "deploy.embedded.web" in name or "workflows.worker" in name]) == 2
    )
    killed.kill()
    assert ended(data, within=10)

    again = start(*command)
    ready = ready_line_of(again)
    again.terminate()
    said, _ = again.communicate(timeout=60)

    seconds = re.search(r"Jalon is ready \((\d+) s\)", ready)
    assert seconds
    assert int(seconds[1]) < 30  # 5 to 9 on two quiet cores
    stopped = [line.removesuffix(" stopped") for line in said.splitlines() if line.endswith(" stopped")]
    assert stopped == ["worker", "web", "Temporal", "NATS", "PostgreSQL"]
    assert again.returncode == 0
