"""deploy/kubernetes as `kubectl apply -k` would send it, without kubectl."""

from pathlib import Path
from typing import Any

import yaml

from tests.deploy.dockerfile import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"

Resource = dict[str, Any]


def kustomization() -> Resource:
    """The file that says what belongs to it."""
    found: Resource = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
    return found


def resources(env: dict[str, str]) -> dict[str, Resource]:
    """Every resource by its kind, those made of files included. `env`: the content of .env.

    Names keep their plain form: kubectl appends a digest to those of made ones, here and where
    they are referred to.
    """
    said = kustomization()
    found: dict[str, Resource] = {}
    for name in said["resources"]:
        for resource in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")):
            assert resource["kind"] not in found, "one of each"
            found[resource["kind"]] = resource
    for generator in said["configMapGenerator"]:
        data = {}
        for entry in generator["files"]:
            key, _, path = entry.rpartition("=")
            data[key or Path(path).name] = (FOLDER / path).read_text(encoding="utf-8")
        found["ConfigMap"] = _made("v1", "ConfigMap", generator["name"], data=data)
    for generator in said["secretGenerator"]:
        assert generator["envs"] == [".env"]
        found["Secret"] = _made("v1", "Secret", generator["name"], stringData=env, type="Opaque")
    for resource in found.values():
        if resource["kind"] != "Namespace":
            resource["metadata"]["namespace"] = said["namespace"]
    return found


def _made(api: str, kind: str, name: str, **content: object) -> Resource:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **content}
