"""compose.yaml: valid, closed where it can be, and in step with the image and the settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_bot.app import DRAIN_SECONDS
from incident_bot.config import ConfigError, load
from tests.deploy import dockerfile, settings
from tests.deploy.dockerfile import ROOT

FILE = ROOT / "compose.yaml"
COMPOSE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
BOT = COMPOSE["services"]["bot"]
POSTGRES = COMPOSE["services"]["postgres"]


def interpolated(text: str, environment: dict[str, str]) -> str:
    """`${NAME:?sentence}` filled in; KeyError where compose would stop with the sentence."""

    def value(hit: re.Match[str]) -> str:
        if not environment.get(hit[1]):
            raise KeyError(hit[2])
        return environment[hit[1]]

    return re.sub(r"\$\{([A-Z_]+):\?([^}]*)\}", value, text)


def check_schema(path: Path) -> subprocess.CompletedProcess[str]:
    """The compose specification's own JSON Schema, out of the package: nothing is fetched."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", str(path)),
        ],
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_follows_the_compose_specification() -> None:
    result = check_schema(FILE)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_key_that_compose_does_not_know_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(FILE.read_text(encoding="utf-8").replace("cap_drop", "cap_dropp"))
    result = check_schema(wrong)
    assert result.returncode == 1
    assert "cap_dropp" in result.stdout


def test_what_it_refers_to_is_declared() -> None:
    services: dict[str, dict[str, Any]] = COMPOSE["services"]
    for service in services.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"], mount
        for network in service["networks"]:
            assert network == "default" or network in COMPOSE["networks"]
        for other in service.get("depends_on", {}):
            assert other in services
        assert "healthcheck" in service


def test_the_bot_waits_for_a_healthy_database_that_only_it_can_reach() -> None:
    assert BOT["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert POSTGRES["networks"] == ["database"]
    assert "ports" not in POSTGRES


def test_postgresql_is_the_official_image_by_major_version_and_keeps_its_data() -> None:
    hit = re.fullmatch(r"postgres:(\d+)", POSTGRES["image"])
    assert hit is not None
    # Up to 17 the image keeps them in /var/lib/postgresql/data; mounted wrongly they are lost.
    assert int(hit[1]) >= 18
    assert POSTGRES["volumes"] == ["postgres:/var/lib/postgresql"]
    # Over TCP: while it is set up, the server answers on its socket, and too early.
    assert "--host=127.0.0.1" in POSTGRES["healthcheck"]["test"]


def test_the_bot_has_no_more_rights_than_it_needs() -> None:
    assert BOT["read_only"] is True
    assert BOT["tmpfs"] == ["/tmp"]
    assert BOT["cap_drop"] == ["ALL"] and "cap_add" not in BOT
    assert BOT["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in BOT  # the image's, which is not root
    (published,) = BOT["ports"]
    assert published.startswith("127.0.0.1:"), "TLS comes before it"


def test_it_is_given_the_time_that_stopping_takes() -> None:
    """aiohttp's end and the jobs' end each have their seconds."""
    assert BOT["stop_grace_period"] == "30s"
    assert 2 * DRAIN_SECONDS < 30


def test_the_example_filled_in_makes_a_working_bot() -> None:
    environment = {
        name: interpolated(str(value), settings.FILLED_IN)
        for name, value in BOT["environment"].items()
    }
    bot = settings.check_filled_in(ROOT / ".env.example", environment)
    assert bot.database_url == "postgresql://incident_bot:a1b2c3@postgres/incident_bot"
    assert bot.host == "0.0.0.0"
    assert str(bot.port) == BOT["ports"][0].split(":")[-1]
    assert str(bot.port) == dockerfile.read()[1].last("EXPOSE").text
    server = POSTGRES["environment"]
    assert (server["POSTGRES_USER"], server["POSTGRES_DB"]) == ("incident_bot", "incident_bot")
    assert interpolated(server["POSTGRES_PASSWORD"], settings.FILLED_IN) == "a1b2c3"


def test_the_example_left_as_it_is_says_what_is_missing() -> None:
    left = settings.read(ROOT / ".env.example")
    with pytest.raises(KeyError, match=r"set it in \.env"):
        interpolated(BOT["environment"]["DATABASE_URL"], left)
    with pytest.raises(ConfigError, match="SLACK_BOT_TOKEN is missing"):
        load(left)


def test_the_probe_is_the_one_of_the_image_and_can_be_compiled() -> None:
    kind, *words = BOT["healthcheck"]["test"]
    assert kind == "CMD"
    assert words[:2] == ["python", "-c"]
    compile(words[2], "healthcheck", "exec")
    inherited = dockerfile.read()[1].last("HEALTHCHECK")
    assert "/healthz" in words[2] and "/healthz" in inherited.text
    for key, flag in (("interval",) * 2, ("timeout",) * 2, ("start_period", "start-period")):
        assert BOT["healthcheck"][key] == inherited.flags[flag]
