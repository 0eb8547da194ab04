"""The Kubernetes example: valid, within the "restricted" pod security, in step with the bot."""

import copy
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from incident_bot import __version__
from incident_bot.app import DRAIN_SECONDS
from incident_bot.config import load_policy
from incident_bot.web.routes import STORE_SECONDS
from tests.deploy import cluster, dockerfile, settings

EXAMPLE = settings.read(cluster.FOLDER / ".env.example")
RESOURCES = cluster.resources(EXAMPLE)
SPEC = RESOURCES["Deployment"]["spec"]
POD = SPEC["template"]["spec"]
(CONTAINER,) = POD["containers"]

OLDEST, NEWEST = "1.30", ""
"""The oldest version that has all that is used; the newest that the schemas know."""


def check(resource: cluster.Resource, version: str) -> None:
    """Kubernetes' own JSON Schema, strictly; raises ValidationError of kubernetes_validate."""
    wanted = version or kubernetes_validate.latest_version()
    kubernetes_validate.validate(resource, wanted, strict=True)


@pytest.mark.parametrize("version", [OLDEST, NEWEST], ids=["oldest", "newest"])
@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_it_is_valid(kind: str, version: str) -> None:
    check(RESOURCES[kind], version)


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    wrong = copy.deepcopy(RESOURCES["Deployment"])
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 40
    with pytest.raises(Exception, match="terminationGracePeriod"):
        check(wrong, NEWEST)


def test_kubectl_makes_the_same_of_it(tmp_path: Path) -> None:
    """With the real kustomize, where kubectl is installed; it needs no cluster for that."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    folder = tmp_path / "kubernetes"
    shutil.copytree(cluster.FOLDER, folder, ignore=shutil.ignore_patterns(".env"))
    shutil.copy(folder / ".env.example", folder / ".env")
    built = subprocess.run([kubectl, "kustomize", str(folder)], check=True, capture_output=True)
    found = {resource["kind"]: resource for resource in yaml.safe_load_all(built.stdout)}
    assert set(found) == set(RESOURCES)
    for resource in found.values():
        check(resource, NEWEST)
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"incident-bot:{__version__}"
    secret, config = found["Secret"]["metadata"]["name"], found["ConfigMap"]["metadata"]["name"]
    assert secret != config != "incident-bot", "a digest, so that a change rolls the pods"
    assert container["envFrom"] == [{"secretRef": {"name": secret}}]
    volumes = found["Deployment"]["spec"]["template"]["spec"]["volumes"]
    assert volumes[0]["configMap"]["name"] == config


def test_every_file_belongs_to_it() -> None:
    said = cluster.kustomization()
    named = {*said["resources"], "kustomization.yaml", ".env.example", "config.toml"}
    assert {path.name for path in cluster.FOLDER.iterdir()} - {".env"} == named
    (image,) = said["images"]
    assert image["name"] == CONTAINER["image"]
    assert image["newTag"] == __version__


def test_everything_finds_the_pods_by_the_same_label() -> None:
    label = SPEC["template"]["metadata"]["labels"]
    assert SPEC["selector"]["matchLabels"] == label
    assert RESOURCES["Service"]["spec"]["selector"] == label
    assert RESOURCES["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == label
    (spread,) = POD["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == label


def test_the_pod_is_within_the_restricted_pod_security_standard() -> None:
    assert RESOURCES["Namespace"]["metadata"]["labels"] == {
        "pod-security.kubernetes.io/enforce": "restricted"
    }
    uid, gid = dockerfile.read()[1].last("USER").text.split(":")
    pod = POD["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert (pod["runAsUser"], pod["runAsGroup"]) == (int(uid), int(gid))
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    own = CONTAINER["securityContext"]
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert POD["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("probe", "path"),
    [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")],
)
def test_the_probes_ask_what_the_bot_answers(probe: str, path: str) -> None:
    asked = CONTAINER[probe]["httpGet"]
    assert asked == {"path": path, "port": "http"}
    if path == "/readyz":  # it waits so long for the database before it says what is missing
        assert CONTAINER[probe]["timeoutSeconds"] > STORE_SECONDS


def test_the_ports_fit_together() -> None:
    (port,) = CONTAINER["ports"]
    assert port == {
        "name": "http",
        "containerPort": int(dockerfile.read()[1].last("EXPOSE").text),
    }
    (served,) = RESOURCES["Service"]["spec"]["ports"]
    assert served["targetPort"] == "http"


def test_it_is_given_the_time_that_stopping_takes() -> None:
    before = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert before + 2 * DRAIN_SECONDS < POD["terminationGracePeriodSeconds"]


def test_a_roll_out_never_has_fewer_than_two() -> None:
    assert SPEC["replicas"] == 2
    assert SPEC["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_the_secret_filled_in_and_the_configuration_make_a_working_bot(tmp_path: Path) -> None:
    environment = {entry["name"]: entry["value"] for entry in CONTAINER["env"]}
    path = Path(environment.pop("INCIDENT_BOT_CONFIG"))
    mounted: dict[str, Any] = {mount["name"]: mount for mount in CONTAINER["volumeMounts"]}
    assert path.parent == Path(mounted["config"]["mountPath"])
    text = RESOURCES["ConfigMap"]["data"][path.name]
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    environment["INCIDENT_BOT_CONFIG"] = str(tmp_path / path.name)
    bot = settings.check_filled_in(cluster.FOLDER / ".env.example", environment)
    # Two replicas cannot share a SQLite file.
    assert bot.database_url.startswith("postgresql://") and "REPLACE-ME" in bot.database_url
    assert {volume["name"] for volume in POD["volumes"]} == set(mounted)


def test_the_lines_that_are_commented_out_in_the_configuration_are_right(tmp_path: Path) -> None:
    text = (cluster.FOLDER / "config.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") if "[" in line else line for line in text.splitlines()]
    file = tmp_path / "all.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "roles" in tomllib.loads(file.read_text(encoding="utf-8"))
    assert load_policy({"INCIDENT_BOT_CONFIG": str(file)}).roles
