"""`incident-bot check` and `incident-bot manifest` as processes, as people run them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import yaml

from incident_bot.check import NAMES
from incident_bot.demo.bot import environment
from incident_bot.slack.manifest import EXAMPLE_URL
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from incident_bot.store import migrate
from tests.journeys.running import RunningBot

ROOT = Path(__file__).parents[2]
Env = dict[str, str]


async def incident_bot(*words: str, env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
    """The real program: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incident_bot.cli", *words),
        cwd=cwd,
        env=environment(os.environ, env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert b"Traceback" not in err, err.decode()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of a server that accepts connections and says nothing."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side gives up
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


async def test_all_good_is_0_with_a_line_each(env: Env, tmp_path: Path) -> None:
    code, out, err = await incident_bot("check", env=env, cwd=tmp_path)
    assert (code, err) == (0, "")
    *lines, verdict = out.splitlines()
    names = [line.split()[1] for line in lines]
    assert sorted(names) == sorted(set(NAMES) - {"slack.app_token"})
    assert {line.split()[0] for line in lines} <= {"ok", "warn"}
    assert "incident-bot run" in verdict
    assert "\x1b" not in out
    assert list(tmp_path.iterdir()) == []


async def test_a_wrong_token_is_1_with_one_line(env: Env, tmp_path: Path) -> None:
    env["SLACK_BOT_TOKEN"] = "xoxb-2-marked-wrong"
    code, out, err = await incident_bot("check", env=env, cwd=tmp_path)
    assert (code, err) == (1, "")
    [line] = [line for line in out.splitlines() if line.startswith("FAIL")]
    assert line.split()[1] == "slack.token" and "invalid_auth" in line
    assert "marked" not in out


async def test_garbage_is_2_and_the_rest_is_looked_at_all_the_same(
    env: Env, tmp_path: Path
) -> None:
    env |= {"PORT": "garbage", "SLACK_SIGNING_SECRET": "", "DATABASE_URL": "sqlite"}
    code, out, err = await incident_bot("check", env=env, cwd=tmp_path)
    assert (code, err) == (2, "")
    assert sum(line.startswith("FAIL  settings ") for line in out.splitlines()) == 3
    assert any(line.split()[:2] == ["ok", "slack.token"] for line in out.splitlines())


async def test_nothing_at_all_is_2(tmp_path: Path) -> None:
    code, out, err = await incident_bot("check", "--offline", env={}, cwd=tmp_path)
    assert (code, err) == (2, "")
    assert "SLACK_BOT_TOKEN is missing" in out and "SLACK_SIGNING_SECRET is missing" in out


async def test_json_for_programs(env: Env, tmp_path: Path) -> None:
    env["SLACK_BOT_TOKEN"] = "xoxb-2-marked-wrong"
    code, out, err = await incident_bot("check", "--json", env=env, cwd=tmp_path)
    assert (code, err) == (1, "")
    told = json.loads(out)
    assert (told["ok"], told["mode"]) == (False, "http")
    assert all(set(one) == {"name", "status", "found", "fix"} for one in told["checks"])
    assert {one["name"] for one in told["checks"]} == set(NAMES) - {"slack.app_token"}
    [failed] = [one for one in told["checks"] if one["status"] == "FAIL"]
    assert failed["name"] == "slack.token" and failed["fix"]
    assert "marked" not in out


async def test_a_silent_network_ends_with_one_line_for_each_service(
    env: Env, tmp_path: Path, silent: int
) -> None:
    at = f"127.0.0.1:{silent}"
    env |= {
        "SLACK_API_URL": f"http://{at}/api/",
        "PAGERDUTY_API_URL": f"http://{at}",
        "DATABASE_URL": f"postgresql://bot:marked-word@{at}/x",
        "HOST": "127.0.0.1",
        "PORT": str(silent),
    }
    code, out, err = await incident_bot("check", "--timeout", "0.5", env=env, cwd=tmp_path)
    assert (code, err) == (1, "")
    failed = [line.split()[1] for line in out.splitlines() if line.startswith("FAIL")]
    assert failed == ["slack.token", "pagerduty.token", "database", "address"]
    assert out.count("within 0.5 s") == 3
    assert "marked" not in out


async def test_a_dead_network_ends_with_one_line_for_each_service(env: Env, tmp_path: Path) -> None:
    env |= {"SLACK_API_URL": "http://127.0.0.1:1/api/", "PAGERDUTY_API_URL": "http://127.0.0.1:1"}
    code, out, err = await incident_bot("check", env=env, cwd=tmp_path)
    assert (code, err) == (1, "")
    assert out.count("cannot connect to 127.0.0.1:1") == 2
    assert sum(line.startswith("FAIL") for line in out.splitlines()) == 2


async def test_offline_asks_nobody(
    env: Env, tmp_path: Path, slack: SlackStandIn, pagerduty: PagerDutyStandIn
) -> None:
    code, out, _ = await incident_bot("check", "--offline", env=env, cwd=tmp_path)
    assert code == 0 and "--offline" in out
    assert slack.calls == pagerduty.calls == []


async def test_beside_a_running_bot(
    env: Env, tmp_path: Path, slack: SlackStandIn, pagerduty: PagerDutyStandIn
) -> None:
    bot = RunningBot(tmp_path, {k: v for k, v in env.items() if k not in ("HOST", "PORT")})
    await bot.start()
    try:
        code, out = await bot.cli("check")
    finally:
        await bot.stop()
    assert code == 0, out
    assert f"127.0.0.1:{bot.port}, where a bot is running already" in out
    assert "in use by a running bot (process " in out
    assert f"version {migrate.HEAD}, the program's own" in out
    assert not [c for c in slack.calls if c.method.startswith(("chat.", "conversations.create"))]


# manifest


async def test_the_manifest_by_default_is_the_file_at_the_top(tmp_path: Path) -> None:
    code, out, err = await incident_bot("manifest", env={}, cwd=tmp_path)
    assert code == 0
    assert out == (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert err.count("\n") == 1 and EXAMPLE_URL in err and "--socket-mode" in err


async def test_the_manifest_for_an_address(tmp_path: Path) -> None:
    words = ("manifest", "--url", "https://bot.example.org/", "--name", "Ops Bot")
    code, out, err = await incident_bot(*words, env={}, cwd=tmp_path)
    assert (code, err) == (0, "")
    made = yaml.safe_load(out)
    assert made["display_information"]["name"] == "Ops Bot"
    assert made["settings"]["interactivity"]["request_url"] == (
        "https://bot.example.org/slack/events"
    )


async def test_the_manifest_for_socket_mode_as_json(tmp_path: Path) -> None:
    words = ("manifest", "--socket-mode", "--format", "json")
    code, out, err = await incident_bot(*words, env={}, cwd=tmp_path)
    assert (code, err) == (0, "")
    assert json.loads(out)["settings"]["socket_mode_enabled"] is True
    assert "://" not in out


async def test_an_address_on_this_machine_is_made_with_a_word(tmp_path: Path) -> None:
    words = ("manifest", "--url", "http://localhost:3000")
    code, out, err = await incident_bot(*words, env={}, cwd=tmp_path)
    assert code == 0 and "http://localhost:3000/slack/events" in out
    assert err.count("\n") == 1 and "cannot reach" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "http://bot.example.org"), "https://"),
        (("--url", ""), "--url"),
        (("--url", "https://a.example.org", "--socket-mode"), "not both"),
        (("--socket-mode", "--name", "x" * 36), "1 to 35"),
    ],
)
async def test_what_slack_would_refuse_is_2_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = await incident_bot("manifest", *words, env={}, cwd=tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
