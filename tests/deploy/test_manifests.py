from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.embedded.roles import ROLES
from tests.repository.test_settings import variables

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = sorted(role.package for role in ROLES if role.package.startswith("services."))
MANIFESTS = [path for path in sorted((DEPLOY / "k8s").glob("*.yaml")) if path.name != "kustomization.yaml"]


def documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def compose() -> dict[str, Any]:
    return next(documents(DEPLOY / "compose.yaml"))


def kustomization() -> dict[str, Any]:
    return next(documents(DEPLOY / "k8s" / "kustomization.yaml"))


@pytest.mark.parametrize("path", [p for p in MANIFESTS if not p.stem.endswith("-role")], ids=lambda path: path.stem)
def test_kubernetes_knows_every_field(path):
    for document in documents(path):
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_every_manifest_is_applied():
    applied = {*kustomization()["resources"], *(patch["path"] for patch in kustomization()["patches"])}

    assert applied == {path.name for path in MANIFESTS}


def test_both_layouts_run_every_service_and_the_worker():
    deployed = [
        document["spec"]["template"]["spec"]["containers"][0]["args"][0]
        for path in MANIFESTS
        for document in documents(path)
        if document["kind"] == "Deployment" and document["metadata"]["name"] != "any"
    ]
    composed = [service["command"][0] for service in compose()["services"].values() if service["image"] == "jalon"]

    assert sorted(deployed) == [*SERVICES, "workflows.worker"]
    assert set(composed) == {*deployed, "shared.runtime.migrate", "deploy.embedded.issuer", "deploy.embedded.front"}


def test_the_ingress_sends_each_prefix_to_its_service():
    ingress = next(documents(DEPLOY / "k8s" / "ingress.yaml"))
    paths = ingress["spec"]["rules"][0]["http"]["paths"]

    sent = {path["path"]: path["backend"]["service"]["name"] for path in paths}

    assert sent == {role.prefix: role.name for role in ROLES if role.name not in {"issuer", "mailbox"}}


def test_nothing_is_set_that_nobody_reads():
    composed = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    generated = kustomization()["configMapGenerator"][0]["literals"]

    given = composed | {literal.partition("=")[0] for literal in generated}

    assert given - variables() - {"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"} == set()
