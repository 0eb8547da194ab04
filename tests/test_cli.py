"""The command line: what it prints, and its exit codes (0 good, 1 failed, 2 wrong usage)."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from incident_bot import __version__
from incident_bot.cli import app
from incident_bot.domain import commands as c
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.store import Store

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))
HOSTILE = "Checkout \x1b[2J down \u202e→ now"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "INCIDENT_BOT_CONFIG", "SLACK_BOT_TOKEN", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def journal() -> None:
    """A database with an open incident, a private one, and one that is over."""

    async def fill() -> None:
        store = await Store.open("sqlite:///incident-bot.db")
        service = Service(store, Policy())
        await service.handle(c.Declare(actor=ALICE, title=HOSTILE))
        await service.handle(c.Declare(actor=ALICE, title="A secret thing", private=True))
        await service.handle(c.Declare(actor=ALICE, title="Long ago"))
        await service.handle(c.Resolve(actor=ALICE), ref="INC-3")
        await store.close()

    asyncio.run(fill())


def call(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    assert "Traceback" not in result.output
    return result


def process(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The real program."""
    done = subprocess.run(
        [sys.executable, "-m", "incident_bot.cli", *words],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_the_version() -> None:
    assert call("--version").output == f"incident-bot {__version__}\n"


@pytest.mark.parametrize("verb", ["run", "demo", "list", "timeline", "export", "db"])
def test_every_command_says_what_it_does(verb: str) -> None:
    assert call(verb, "--help").exit_code == 0
    assert verb in call("--help").output


@pytest.mark.parametrize("words", [("nonsense",), ("timeline",), ("export", "INC-1", "--zzz")])
def test_wrong_usage_is_2(words: tuple[str, ...]) -> None:
    assert call(*words).exit_code == 2


@pytest.mark.parametrize(
    "words", [("list",), ("timeline", "INC-1"), ("export", "INC-1"), ("db", "check")]
)
def test_without_a_database_one_line_says_what_to_do(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and "set DATABASE_URL" in result.stderr
    assert list(Path().iterdir()) == [], "reading makes nothing"


def test_an_unserved_database_is_2_and_one_that_is_away_is_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    assert call("list").exit_code == 2
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    away = call("list")
    assert (away.exit_code, away.stderr.count("\n")) == (1, 1)
    assert "Check DATABASE_URL" in away.stderr and "hunter2" not in away.stderr


def test_db_upgrade_makes_the_database_and_lists_are_empty() -> None:
    assert call("db", "upgrade").exit_code == 0
    assert call("list").output == "No open incidents. All of them: list --all\n"
    assert call("list", "--all").output == "No incidents.\n"
    assert json.loads(call("list", "--json").output) == []


@pytest.mark.usefixtures("journal")
def test_list_shows_what_is_open_but_nothing_private_and_no_control_character() -> None:
    result = call("list")
    assert result.exit_code == 0
    assert "INC-1" in result.output and "Sev3" in result.output
    assert "INC-2" not in result.output and "INC-3" not in result.output
    assert "\x1b" not in result.output and "\u202e" not in result.output
    assert "INC-3" in call("list", "--all").output
    [row] = json.loads(call("list", "--json").output)
    assert (row["ref"], row["title"], row["status"]) == ("INC-1", HOSTILE, "open")


@pytest.mark.usefixtures("journal")
def test_list_says_what_it_leaves_out_and_marks_what_is_private() -> None:
    plain = call("list").output
    assert "A secret thing" not in plain and "INC-2" not in plain
    assert "1 private not shown. With them: list --private" in plain
    everything = call("list", "--private").output
    (secret,) = (line for line in everything.splitlines() if "INC-2" in line)
    assert "A secret thing" in secret and secret.endswith("PRIVATE")
    assert everything.count("PRIVATE") == 1 and "not shown" not in everything
    assert [i["ref"] for i in json.loads(call("list", "--json").output)] == ["INC-1"]
    found = json.loads(call("list", "--json", "--private").output)
    assert {i["ref"]: i["private"] for i in found} == {"INC-2": True, "INC-1": False}


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("verb", ["timeline", "export"])
def test_a_private_incident_is_printed_only_when_that_is_said(verb: str) -> None:
    refused = call(verb, "INC-2")
    assert refused.exit_code == 1
    assert "A secret thing" not in refused.output + refused.stderr
    assert "INC-2 is private" in refused.stderr and "add --private" in refused.stderr
    assert "A secret thing" in call(verb, "INC-2", "--private").output


@pytest.mark.usefixtures("journal")
def test_timeline_is_markdown_or_json() -> None:
    assert "Checkout" in call("timeline", "inc-1").output
    assert "\x1b" not in call("timeline", "INC-1").output
    [line] = json.loads(call("timeline", "INC-1", "--json").output)
    assert (line["number"], line["kind"], line["actor"]) == (1, "opened", "Alice Smith")


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("verb", ["timeline", "export"])
def test_an_unknown_reference_is_1_and_says_where_to_look(verb: str) -> None:
    result = call(verb, "INC-99")
    assert result.exit_code == 1
    assert result.stderr == (
        "incident-bot: There is no INC-99. See what there is: incident-bot list --all\n"
    )


@pytest.mark.usefixtures("journal")
def test_export_prints_or_writes_the_same_draft() -> None:
    printed = call("export", "INC-1").output
    written = call("export", "INC-1", "--out", "new/draft.md")
    assert written.output == f"Wrote {Path('new/draft.md')}\n"
    assert Path("new/draft.md").read_text(encoding="utf-8") == printed


@pytest.mark.usefixtures("journal")
def test_export_refuses_in_words() -> None:
    assert call("export", "INC-1", "--format", "docx").exit_code == 2
    nowhere = call("export", "INC-1", "--out", ".")
    assert nowhere.exit_code == 1 and nowhere.stderr.startswith("incident-bot: Cannot write")
    Path("incident-bot.toml").write_text("zzz = 1", encoding="utf-8")
    assert call("export", "INC-1").exit_code == 2


@pytest.mark.usefixtures("journal")
def test_db_check_verifies_every_journal() -> None:
    assert call("db", "check").output == "3 journals verified.\n"


def test_the_demo_wants_a_file_as_scenario() -> None:
    assert call("demo", "--scenario", ".").exit_code == 2


# The real process


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "PORT": "x"}, "PORT"),
    ],
)
def test_run_refuses_a_wrong_setting_in_one_line(env: dict[str, str], word: str) -> None:
    done = process("run", **env)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"incident-bot: {word} ")


@pytest.mark.usefixtures("journal")
def test_a_terminal_that_cannot_show_a_character_gets_a_question_mark() -> None:
    done = process("list", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0 and "? now" in done.stdout
