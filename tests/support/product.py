"""The whole product as `make run` starts it, on free ports in a folder that is thrown away, with a small network."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded.processes import free_port
from shared.rulebook.ids import user_id
from tests.support.servers import throwaway_folder

_ROOT = Path(__file__).parents[2]
_START_WITHIN = 120.0
_END_WITHIN = 60.0
_ASK_AGAIN_AFTER = 0.5


@dataclass(frozen=True, slots=True)
class Product:
    """A running product."""

    origin: str
    folder: Path
    nats_url: str
    temporal_address: str

    @contextmanager
    def as_crm(self) -> Iterator[httpx.Client]:
        """Requests with the host CRM's credential."""
        secret = (self.folder / "secrets" / "crm-client-secret").read_text(encoding="ascii")
        form = {"grant_type": "client_credentials", "client_id": "crm", "client_secret": secret}
        with httpx.Client(base_url=self.origin, timeout=30) as client:
            token = client.post("/oidc/token", data=form).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client

    def name_people(self, people: list[dict[str, str]]) -> None:
        """The people whom the sign-in page names."""
        (self.folder / "demo-users.json").write_text(json.dumps(people), encoding="utf-8")


@contextmanager
def one_start_at_a_time() -> Iterator[None]:
    """While a launcher starts, no other does: both would take the usual ports of what the caller does not choose."""
    with (Path(tempfile.gettempdir()) / "jalon-product-starts").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running_product(*arguments: str) -> Iterator[Product]:
    """The launcher with these arguments, until all roles are ready; stopped in order at the end."""
    with throwaway_folder() as folder, (folder / "launcher.log").open("wb") as log:
        port, nats, temporal = free_port(), free_port(), free_port()
        command = [sys.executable, "-m", "deploy.embedded", "--data", str(folder / "var"), "--port", str(port)]
        command += ["--nats-port", str(nats), "--temporal-port", str(temporal)]
        command += ["--postgres-port", str(free_port())]
        # Servers that the environment names belong to other tests; here all of them are our own.
        alone = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "NATS_URL", "TEMPORAL_ADDRESS"}}
        product = Product(
            f"http://127.0.0.1:{port}", folder / "var", f"nats://127.0.0.1:{nats}", f"127.0.0.1:{temporal}"
        )
        with ExitStack() as running:
            with one_start_at_a_time():
                launcher = subprocess.Popen([*command, *arguments], cwd=_ROOT, env=alone, stdout=log, stderr=log)
                running.callback(_end, launcher)
                wait_until(lambda: _is_ready(product, launcher), within=_START_WITHIN)
            yield product


def wait_until(is_so: Callable[[], bool], *, within: float) -> None:
    """Return once it is so; TimeoutError when it takes longer."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


def seed_small_network(product: Product, *, clients: int = 4, apart: str = "") -> str:
    """Anne who advises the clients of a branch, Boris who manages it, and a running campaign; answers its id.

    Networks of different `apart`, which begins every id in them, are in one product without seeing each other.
    """
    with product.as_crm() as crm:
        net, lyon, anne, boris = (f"{apart}{name}" for name in ("net", "lyon", "anne", "boris"))
        _put(crm, "units", [{"external_id": net, "name": "Réseau"}, _unit(lyon, "Agence Lyon", net)])
        _put(crm, "profiles", [_profile("advisor", "OWN"), _profile("manager", "SUBTREE", manage_campaigns=True)])
        people = [_user(anne, "Anne Martin", lyon, "advisor"), _user(boris, "Boris Petit", lyon, "manager")]
        _put(crm, "users", people)
        _put(crm, "clients", [_client(number, apart) for number in range(1, clients + 1)])
        campaign: dict[str, Any] = {}
        wait_until(lambda: _created(crm, campaign, apart), within=30)
        path = f"/api/campaigns/{campaign['campaign_id']}"
        share = {"rows": [{"advisor_id": user_id(anne), "percent": "100"}]}
        crm.put(f"{path}/allocation", json=share).raise_for_status()
        wanted = [{"client": f"{apart}c{number}", "potential": f"{number}000.00"} for number in range(1, clients + 1)]
        job = crm.post(f"{path}/clients", json={"key": f"small-{clients}", "clients": wanted}).raise_for_status().json()
        wait_until(lambda: _is_done(crm, f"{path}/jobs/{job['job_id']}"), within=60)
    product.name_people(
        [
            {"external_id": anne, "name": "Anne Martin", "title": "Conseillère, Agence Lyon"},
            {"external_id": boris, "name": "Boris Petit", "title": "Responsable, Réseau"},
        ]
    )
    return str(campaign["campaign_id"])


def _end(launcher: "subprocess.Popen[bytes]") -> None:
    """Ask twice: who does that does not wait for what is still open, and all data are thrown away here anyway."""
    launcher.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        launcher.wait(_ASK_AGAIN_AFTER)
    launcher.send_signal(signal.SIGTERM)
    launcher.wait(_END_WITHIN)


def _is_ready(product: Product, launcher: "subprocess.Popen[bytes]") -> bool:
    if launcher.poll() is not None:
        log = (product.folder.parent / "launcher.log").read_text(encoding="utf-8")
        raise RuntimeError(f"the product ended with {launcher.returncode}:\n{log[-4000:]}")
    try:
        return httpx.get(f"{product.origin}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


def _put(crm: httpx.Client, kind: str, items: list[dict[str, Any]]) -> None:
    answer = crm.put(f"/api/directory/{kind}", json={"items": items}).raise_for_status().json()
    if answer["errors"]:
        raise RuntimeError(str(answer["errors"]))


def _unit(external_id: str, name: str, parent: str) -> dict[str, Any]:
    return {"external_id": external_id, "name": name, "parent": parent}


def _profile(external_id: str, level: str, **rights: bool) -> dict[str, Any]:
    return {"external_id": external_id, "name": external_id, "access_level": level, **rights}


def _user(external_id: str, name: str, unit: str, profile: str) -> dict[str, Any]:
    return {"external_id": external_id, "name": name, "unit": unit, "profile": profile}


def _client(number: int, apart: str) -> dict[str, Any]:
    return {
        "external_id": f"{apart}c{number}",
        "name": f"Client {number}",
        "phone": f"01 00 00 00 0{number}",
        "advisor": f"{apart}anne",
    }


def _created(crm: httpx.Client, campaign: dict[str, Any], apart: str) -> bool:
    """Created, once the campaign service has heard of its owner."""
    today = date.today()  # noqa: DTZ011  the product's day is this machine's
    definition = {
        "key": f"{apart}winter",
        "name": "Épargne d’hiver",
        "owner": f"{apart}boris",
        "target": "20000.00",
        "start_date": (today - timedelta(days=20)).isoformat(),
        "end_date": (today + timedelta(days=20)).isoformat(),
        "sales_step": "meeting",
        "steps": [
            {
                "id": "call",
                "title": "Premier appel",
                "kind": "TASK",
                "offers_next": True,
                "checklist": [{"id": "said", "text": "Présenter l’offre", "mandatory": True}],
            },
            {"id": "again", "title": "Second appel", "kind": "REMINDER", "mandatory": False, "offers_next": True},
            {"id": "meeting", "title": "Rendez-vous de présentation", "kind": "APPOINTMENT", "offers_next": True},
            {"id": "paper", "title": "Dossier", "kind": "FOLLOW_UP_SHEET", "mandatory": False},
        ],
    }
    answer = crm.post("/api/campaigns", json=definition)
    if answer.is_success:
        campaign.update(answer.json())
    elif answer.json().get("code") not in {"owner_unknown", "owner_lacks_right"}:
        raise RuntimeError(answer.text)
    return answer.is_success


def _is_done(crm: httpx.Client, job: str) -> bool:
    told = crm.get(job).raise_for_status().json()
    if told["skipped"]:
        raise RuntimeError(str(told))
    return bool(told["state"] == "DONE")
