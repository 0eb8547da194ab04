"""The Dockerfile says what we promise of the image, and the builder gets no file too many."""

import re
import tomllib

import pytest

from tests.deploy import dockerfile, settings
from tests.deploy.context import ignored, sent
from tests.deploy.dockerfile import ROOT, stages, steps
from tests.repository import repository_files

BUILD, IMAGE = dockerfile.read()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

WELL_KNOWN = {
    *("PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"),
    *("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR", "PIP_ROOT_USER_ACTION"),
}


def test_the_reader_joins_lines_and_drops_comments() -> None:
    text = 'ARG V=3\n# no\nFROM a:${V} AS b\nRUN one \\\n # said\n && two\nFROM c\nCMD ["x"]\n'
    first, second = stages(text)
    assert (first.base, first.name, second.base) == ("a:3", "b", "c")
    assert first.steps[0].text == "one && two"
    assert second.last("CMD").words() == ["x"]
    assert steps("COPY --from=b /x /y")[0].flags == {"from": "b"}


def test_both_stages_are_of_one_slim_python_by_name_and_version() -> None:
    assert BUILD.base == IMAGE.base
    hit = re.fullmatch(r"python:(3\.\d+)-slim", BUILD.base)  # no registry, no "latest"
    assert hit is not None
    assert f"Programming Language :: Python :: {hit[1]}" in PROJECT["classifiers"]


def test_it_does_not_run_as_root_and_kubernetes_can_see_that() -> None:
    hit = re.fullmatch(r"(\d+):(\d+)", IMAGE.last("USER").text)
    assert hit is not None, "by number"
    assert int(hit[1]) >= 10000 and int(hit[2]) >= 10000  # no user of the host's distribution
    assert f"--uid {hit[1]} " in " ".join(step.text for step in IMAGE.of("RUN"))
    after = IMAGE.steps[IMAGE.steps.index(IMAGE.last("USER")) :]
    assert not [step for step in after if step.name in ("RUN", "COPY")]


def test_it_starts_without_a_shell_and_stops_by_sigterm() -> None:
    assert IMAGE.last("ENTRYPOINT").words() == ["incident-bot"]
    assert IMAGE.last("CMD").words() == ["run"]
    assert IMAGE.last("STOPSIGNAL").text == "SIGTERM"
    probe = IMAGE.last("HEALTHCHECK")
    assert probe.text.startswith("CMD [")
    assert {"interval", "timeout", "start-period", "retries"} <= set(probe.flags)


def test_it_listens_where_it_says_and_keeps_its_data_in_the_volume() -> None:
    environment = IMAGE.environment()
    assert environment["HOST"] == "0.0.0.0"
    assert environment["PORT"] == IMAGE.last("EXPOSE").text
    volume = IMAGE.last("VOLUME").text
    assert environment["DATABASE_URL"] == f"sqlite:///{volume}/incident-bot.db"
    assert IMAGE.last("WORKDIR").text == volume
    made = " ".join(step.text for step in IMAGE.of("RUN"))
    assert f"install --directory --owner=bot --group=bot --mode=0700 {volume}" in made


@pytest.mark.parametrize("stage", [BUILD, IMAGE], ids=["build", "image"])
def test_it_sets_no_variable_that_nobody_reads_and_no_secret(stage: dockerfile.Stage) -> None:
    assert set(stage.environment()) <= settings.READ | WELL_KNOWN
    assert not stage.of("ARG")


def test_it_fetches_nothing_but_packages_pinned_by_the_constraints() -> None:
    for stage in (BUILD, IMAGE):
        assert not stage.of("ADD")
        assert not [step.text for step in stage.of("RUN") if re.search("curl|wget|://", step.text)]
    commands = [part for step in BUILD.of("RUN") for part in step.text.split("&&")]
    installs = [command for command in commands if re.search(r"\bpip\b.* install ", command)]
    assert len(installs) == 2
    assert all("--constraint constraints.txt" in command for command in installs)
    assert BUILD.environment()["PIP_NO_CACHE_DIR"] == "1"


def test_the_image_takes_the_installed_bot_from_the_build_and_nothing_else() -> None:
    (copied,) = IMAGE.of("COPY")
    assert copied.flags == {"from": BUILD.name}
    source, target = copied.text.split()
    assert source == target, "a virtual environment cannot be moved"
    assert IMAGE.environment()["PATH"] == f"{target}/bin:$PATH"


def test_its_labels_tell_what_it_is() -> None:
    labels = {k: v for step in IMAGE.of("LABEL") for k, v in step.pairs().items()}
    prefix = "org.opencontainers.image."
    assert labels[prefix + "title"] == "Incident Bot"
    assert labels[prefix + "version"] == PROJECT["version"], "the version of pyproject.toml"
    assert labels[prefix + "licenses"] == PROJECT["license"]
    assert labels[prefix + "description"]


@pytest.mark.parametrize(
    ("path", "kept_back"),
    [
        ("a.md", True),
        ("src/a.py", False),
        ("src/deep/b.py", False),
        ("src/deep/__pycache__/b.pyc", True),
        ("src/b.pyc", True),
        ("srcs/a.py", True),
        ("tests/src/a.py", True),
        ("one.txt", False),
    ],
)
def test_the_ignore_rules_are_read_as_docker_reads_them(path: str, kept_back: bool) -> None:
    rules = "# said\n*\n!src\n!?ne.txt\n**/__pycache__\n**/*.pyc\n"
    assert ignored(path, rules) is kept_back


def test_the_builder_gets_what_is_copied_and_nothing_else() -> None:
    """A file that is copied and kept back would fail the build; one too many could be a secret."""
    files = repository_files()
    sources = [word for step in BUILD.of("COPY") for word in step.text.split()[:-1]]
    for source in sources:
        assert [path for path in files if path == source or path.startswith(source + "/")], source
    wanted = [
        path
        for path in files
        if any(path == source or path.startswith(source + "/") for source in sources)
    ]
    assert sent(files) == wanted


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "deploy/kubernetes/.env", ".git/config", "incident-bot.toml", "incident-bot.db"),
        *(".venv/bin/python", "tests/test_cli.py", "src/incident_bot/__pycache__/app.pyc"),
    ],
)
def test_no_secret_and_no_leftover_reaches_the_builder(path: str) -> None:
    assert sent([path]) == []
