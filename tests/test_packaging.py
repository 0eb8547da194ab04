"""The package installs as it says: versions, pins, the wheel's contents, the README's commands."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import incident_bot
from tests.repository import ROOT, repository_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# Written in halves, so that this file does not name what it looks for.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "crates" + ".io",
    "docker" + ".io",
    "gh" + "cr.io",
    "qu" + "ay.io",
    "proxy.golang" + ".org",
]
MACHINE_PATHS = r"(?<![\w.}/-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+)/"


def pins() -> dict[str, str]:
    """Name to pinned version, as constraints.txt has them."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [re.match(r"([\w.-]+)==([\w.!+]+)", line) for line in lines]
    return {canonicalize_name(hit[1]): hit[2] for hit in found if hit}


def requirements() -> list[Requirement]:
    """Every requirement pyproject.toml states itself, extras included."""
    stated = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        stated += extra
    return [Requirement(text) for text in stated]


def test_the_version_is_the_same_everywhere() -> None:
    assert incident_bot.__version__ == PROJECT["version"]
    assert importlib.metadata.version("incident-bot") == PROJECT["version"]


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_direct_dependency_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    pinned = pins().get(canonicalize_name(requirement.name))
    assert pinned, f"{requirement.name} is missing from constraints.txt: compile it anew"
    assert requirement.specifier.contains(pinned, prereleases=True), f"{requirement} but {pinned}"


def test_nothing_names_a_package_registry_or_a_path_of_one_machine() -> None:
    pattern = re.compile("|".join([*map(re.escape, REGISTRIES), MACHINE_PATHS]).encode())
    assert pattern.search(b"see https://" + REGISTRIES[0].encode())
    named = []
    for path in (ROOT / name for name in repository_files()):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if hit := pattern.search(line):
                named.append(f"{path.relative_to(ROOT)}:{number}: {hit[0].decode()}")
    assert named == []


def test_constraints_record_no_download_addresses() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert " @ " not in text
    assert "--index" not in text


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_prints_the_command_that_ci_runs(command: str) -> None:
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert command in [line for block in blocks for line in block.splitlines()]


def test_the_rooms_import_only_what_lies_below_them() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_test_directory_is_a_package() -> None:
    """With an __init__.py, tests/pagerduty would be taken for the client library."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_ci_is_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_wheel_carries_the_migrations_and_all_of_the_package(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())

    expected = {"incident_bot/py.typed", "incident_bot/_migrations/env.py"}
    for name in repository_files():
        if name.startswith("src/"):
            expected.add(name.removeprefix("src/"))
        elif name.startswith("migrations/"):
            expected.add(name.replace("migrations/", "incident_bot/_migrations/", 1))
    assert expected - shipped == set()
    assert {name.split("/")[0] for name in shipped} == {
        "incident_bot",
        f"incident_bot-{PROJECT['version']}.dist-info",
    }
