"""What `make run` does, in order: servers, migrations, roles, demonstration data, then watch until the end."""

import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Never

from deploy.embedded import backing, summary
from deploy.embedded.backing import Addresses, Ports
from deploy.embedded.family import Family
from deploy.embedded.folder import DataFolder
from deploy.embedded.nats import answers
from deploy.embedded.processes import Child, Program, ServerFailedError, is_free, port_or_free
from deploy.embedded.roles import ROLES, Role

_REPOSITORY = Path(__file__).parents[2]
_WORKER_OFFSET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line chose."""

    port: int
    split: bool
    demo: bool
    ports: Ports

    @property
    def alone(self) -> tuple[Role, ...]:
        """The roles that are processes of their own."""
        return ROLES if self.split else ()

    @property
    def public_url(self) -> str:
        """The one origin."""
        return f"http://127.0.0.1:{self.port}"


class _StopAsked(BaseException):
    """Ctrl-C or SIGTERM; no handler of ordinary errors may swallow it."""


def launch(folder: DataFolder, options: Options, environment: Mapping[str, str]) -> int:
    """Run all of it; 0 when asked to stop, 1 when a part failed."""
    family = Family(say=_say)
    _on_stop_signals(_raise_stop)
    try:
        _start(folder, options, environment, family)
        family.watch()
    except _StopAsked:
        _say("Stopping…")
        return 0
    except ServerFailedError as error:
        _say(str(error))
        return 1
    finally:
        _on_stop_signals(lambda _number, _frame: family.kill())  # who asks twice does not want to wait
        family.stop()


def _start(folder: DataFolder, options: Options, environment: Mapping[str, str], family: Family) -> None:
    began = time.monotonic()
    if not is_free(options.port):
        raise ServerFailedError(f"port {options.port} is taken; choose another with --port")
    folder.roll_logs()
    addresses = backing.start(folder, options.ports, environment, family)
    parts = _Parts(folder, {**environment, **_settings(folder, options, addresses, environment)})
    family.run_once(parts.python("shared.runtime.migrate", "migrations"), within=300)
    _start_roles(parts, options, family)
    if options.demo and not folder.demo_marker.exists():
        _say("Loading the demonstration…")
        family.run_once(parts.python("tools.demo", "demo"), within=900)
        folder.demo_marker.touch()
    summary.show(folder, options.public_url, addresses, seconds=time.monotonic() - began)


def _start_roles(parts: "_Parts", options: Options, family: Family) -> None:
    worker_port = port_or_free(options.port + _WORKER_OFFSET)
    worker = Child(parts.python("workflows.worker", "worker", WORKER_PORT=str(worker_port)))
    roles = [Child(parts.web(role.package, role.name, options.port + role.split_offset)) for role in options.alone]
    module, name = ("deploy.embedded.front", "front") if options.split else ("deploy.embedded.web", "web")
    door = Child(parts.web(module, name, options.port))
    family.add([*roles, worker, door])
    for child, port in ((door, options.port), (worker, worker_port)):
        family.wait_until(partial(answers, f"http://127.0.0.1:{port}/readyz"), of=child, within=90)


@dataclass(frozen=True, slots=True)
class _Parts:
    """How a Python part of the product is run."""

    folder: DataFolder
    environment: Mapping[str, str]

    def web(self, module: str, name: str, port: int) -> Program:
        return self.python(module, name, HTTP_HOST="127.0.0.1", HTTP_PORT=str(port))

    def python(self, module: str, name: str, **own: str) -> Program:
        return Program(
            name=name,
            argv=(sys.executable, "-m", module),
            log=self.folder.logs / f"{name}.log",
            environment={**self.environment, **own},
            folder=_REPOSITORY,
            patience=15,
        )


def _settings(
    folder: DataFolder, options: Options, addresses: Addresses, environment: Mapping[str, str]
) -> dict[str, str]:
    """The environment of all roles; docs/operations.md lists what each one reads."""
    issuer = f"{options.public_url}/oidc"
    return {
        "JALON_ENV": "embedded",
        "JALON_DATA": str(folder.root),
        "JALON_TIMEZONE": "Europe/Paris",
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": addresses.database_url,
        "NATS_URL": addresses.nats_url,
        "TEMPORAL_ADDRESS": addresses.temporal_address,
        "TEMPORAL_NAMESPACE": "default",
        **({"TEMPORAL_UI_URL": addresses.temporal_ui_url} if addresses.temporal_ui_url else {}),
        "PUBLIC_URL": options.public_url,
        "OIDC_ISSUER": issuer,
        "OIDC_JWKS_URL": f"{issuer}/jwks",
        "OIDC_CLIENT_ID": "portal",
        **_mail_server(environment),
        "CRM_CLIENT_SECRET": folder.secret("crm-client-secret"),
        "WEBHOOK_ALLOW_PRIVATE": environment.get("WEBHOOK_ALLOW_PRIVATE", "true"),
        "SESSION_KEY": folder.secret("session-key"),
    }


def _mail_server(environment: Mapping[str, str]) -> dict[str, str]:
    """The embedded mailbox, unless mail goes to a server elsewhere."""
    if "SMTP_HOST" in environment:
        return {}
    port = str(port_or_free(8025))
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_SECURITY": "none", "MAILBOX_PORT": port}


def _raise_stop(_number: int, _frame: FrameType | None) -> Never:
    _on_stop_signals(signal.SIG_IGN)
    raise _StopAsked


def _on_stop_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)


def _say(line: str) -> None:
    print(line, flush=True)
