"""docs/how-to/deploy.md: its commands name what is there, its snippets are valid and in step."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from incident_bot.app import DRAIN_SECONDS
from incident_bot.config.variables import FILE, VARIABLES
from tests.deploy import cluster, dockerfile, settings
from tests.deploy.dockerfile import ROOT
from tests.deploy.test_compose import COMPOSE, check_schema
from tests.deploy.test_systemd import SERVICE

GUIDE = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
WRAPPER = ROOT / "deploy" / "systemd" / "incident-bot.sh"
PUBLIC = ["/slack/events", "/pagerduty/webhook"]

PROGRAMS = {"chmod", "cp", "docker", "install", "kubectl", "python3", "useradd"} | {
    *("sudoedit", "systemctl", "incident-bot", "/opt/incident-bot/bin/pip"),
}


def blocks(language: str) -> list[str]:
    """The guide's code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Every line of its shell blocks, as words, without sudo."""
    lines = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]
    return [words[1:] if words[0] == "sudo" else words for words in lines]


def documents() -> list[dict[str, Any]]:
    """Its YAML blocks: an Ingress and a compose file."""
    return [yaml.safe_load(block) for block in blocks("yaml")]


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_every_command_is_one_that_it_told_of_before() -> None:
    assert len(commands()) > 20
    assert {words[0] for words in commands()} <= PROGRAMS


def test_every_file_of_the_repository_that_a_command_takes_is_there() -> None:
    taken = {
        word
        for words in commands()
        for word in words[1:]
        if re.match(r"(deploy/|\.env|constraints)", word)
    }
    made = {words[2] for words in commands() if words[0] == "cp"}
    assert made == {".env", "deploy/kubernetes/.env"}
    assert ".env.example" in taken
    assert [name for name in taken - made if not (ROOT / name).exists()] == []


def test_what_is_installed_for_systemd_is_where_the_unit_looks_for_it() -> None:
    installed = {words[-1]: words for words in commands() if words[0] == "install"}
    (state,) = SERVICE["StateDirectory"]
    assert set(installed) == {
        *SERVICE["WorkingDirectory"],
        *SERVICE["EnvironmentFile"],
        f"/var/lib/{state}",
        "/etc/systemd/system/incident-bot.service",
        "/usr/local/sbin/incident-bot",
    }
    assert option(installed[SERVICE["EnvironmentFile"][0]], "-m") == "0600"
    assert option(installed[f"/var/lib/{state}"], "-m") == SERVICE["StateDirectoryMode"][0]
    venv = SERVICE["ExecStart"][0].split("/bin/")[0]
    assert ["python3", "-m", "venv", venv] in commands()
    assert [f"{venv}/bin/pip", "install", "--constraint", "constraints.txt", "."] in commands()
    (made,) = [words for words in commands() if words[0] == "useradd"]
    assert made[-1] == SERVICE["User"][0] == SERVICE["Group"][0]


def test_a_container_by_hand_is_as_closed_as_one_of_compose() -> None:
    (words,) = [words for words in commands() if words[:3] == ["docker", "run", "--detach"]]
    bot = COMPOSE["services"]["bot"]
    assert "--read-only" in words and bot["read_only"]
    assert option(words, "--tmpfs") == bot["tmpfs"][0]
    assert option(words, "--cap-drop") == bot["cap_drop"][0]
    assert option(words, "--security-opt") == "no-new-privileges"
    assert option(words, "--publish") == bot["ports"][0]
    assert float(option(words, "--stop-timeout")) > 2 * DRAIN_SECONDS
    assert option(words, "--volume").split(":")[1] == dockerfile.read()[1].last("VOLUME").text
    assert words[-1] == bot["image"]


def test_the_names_in_commands_are_those_of_the_files() -> None:
    written = {tuple(words) for words in commands()}
    assert ("docker", "compose", "run", "--rm", "bot", "check") in written
    assert "bot" in COMPOSE["services"]
    resources = cluster.resources(settings.read(cluster.FOLDER / ".env.example"))
    (deployment,) = {word for words in written for word in words if word.startswith("deployment/")}
    assert deployment == f"deployment/{resources['Deployment']['metadata']['name']}"
    for words in written:
        if "--namespace" in words:
            assert option([*words], "--namespace") == resources["Namespace"]["metadata"]["name"]


def test_the_ingress_is_valid_and_lets_in_two_paths_only() -> None:
    ingress, _ = documents()
    kubernetes_validate.validate(ingress, kubernetes_validate.latest_version(), strict=True)
    (rule,) = ingress["spec"]["rules"]
    assert [path["path"] for path in rule["http"]["paths"]] == PUBLIC
    assert {path["pathType"] for path in rule["http"]["paths"]} == {"Exact"}
    for path in rule["http"]["paths"]:
        assert path["backend"] == {"service": {"name": "incident-bot", "port": {"name": "http"}}}


@pytest.mark.parametrize("language", ["caddy", "nginx"])
def test_a_proxy_lets_in_two_paths_only(language: str) -> None:
    (block,) = blocks(language)
    assert re.findall(r"(?<= )(/(?:slack|pagerduty)/\w+)", block) == PUBLIC
    assert "404" in block
    assert set(re.findall(r"127\.0\.0\.1:\d+", block)) == {"127.0.0.1:3000"}


def test_secrets_as_files_are_valid_for_compose(tmp_path: Path) -> None:
    _, override = documents()
    file = tmp_path / "compose.override.yaml"
    file.write_text(yaml.safe_dump(override), encoding="utf-8")
    result = check_schema(file)
    assert result.returncode == 0, result.stdout
    bot = override["services"]["bot"]
    assert set(bot["secrets"]) == set(override["secrets"])
    secret = {variable.name + FILE for variable in VARIABLES if variable.secret}
    for name, path in bot["environment"].items():
        assert name in secret
        assert path == f"/run/secrets/{name.removesuffix(FILE).lower()}"
        assert path.rpartition("/")[2] in override["secrets"]


def test_a_command_of_the_server_runs_with_the_settings_of_the_service(tmp_path: Path) -> None:
    """Paths are mapped, and the change of user is left out: that user does not exist here."""
    program = tmp_path / "incident-bot"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:], dict(os.environ)]))\n"
    )
    program.chmod(0o755)
    (tmp_path / "incident-bot.env").write_text(
        "# said\n\nSLACK_BOT_TOKEN=xoxb-1\nPAGERDUTY_WEBHOOK_SECRETS=a;b,$(c) `d`&\nHOST="
    )
    text = WRAPPER.read_text(encoding="utf-8")
    as_user = f"runuser -u {SERVICE['User'][0]} -- "
    assert as_user + SERVICE["ExecStart"][0].split()[0] in text
    assert f"export {SERVICE['Environment'][0]}\n" in text
    mapped = text.replace(as_user + SERVICE["ExecStart"][0].split()[0], str(program))
    mapped = mapped.replace("/etc/incident-bot", str(tmp_path))
    result = subprocess.run(
        ["/bin/sh", "-c", mapped, "incident-bot", "list", "--json", "two words"],
        env={"PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    given, environment = yaml.safe_load(result.stdout)
    assert given == ["list", "--json", "two words"]
    assert environment["SLACK_BOT_TOKEN"] == "xoxb-1"
    assert environment["PAGERDUTY_WEBHOOK_SECRETS"] == "a;b,$(c) `d`&"
    assert environment["HOST"] == ""
    assert environment["DATABASE_URL"].startswith("sqlite:////var/lib/")
