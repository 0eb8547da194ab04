"""How lines look, which are written, and what is in none of them."""

import asyncio
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, SecretStr

from incident_bot import logs
from incident_bot.logs import secret_values
from incident_bot.logs.lines import Form
from incident_bot.logs.secret_values import redacted


class Inner(BaseModel):
    """A branch of a tree of settings."""

    deep: SecretStr = SecretStr('deep "quoted" ü secret')


class Settings(BaseModel):
    """Settings as `config.Settings` has them, and shapes that it may get."""

    token: SecretStr = SecretStr("pd-0123456789abcdef")
    nothing: SecretStr | None = None
    several: tuple[SecretStr, ...] = (SecretStr("first-of-two"), SecretStr("second-of-two"))
    short: SecretStr = SecretStr("postgres")
    tiny: SecretStr = SecretStr("abc")
    database_url: str = "postgresql://bot:p%40ssw0rd@db/bot"
    inner: Inner = Inner()
    port: int = 3000


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logging is one for the process: put back what was."""
    monkeypatch.setattr(secret_values, "_known", {})
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, _ = before
    root.setLevel(before[1])
    for name in ("incident_bot", "apscheduler"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def set_up(level: str = "INFO", form: Form | None = "json") -> None:
    """As `run` does, but with loggers that find this test's standard error."""
    logs.set_up(level, form)
    structlog.configure(cache_logger_on_first_use=False)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines written since the last look."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def ours() -> Any:
    return structlog.get_logger("incident_bot.somewhere")


def test_json_where_no_terminal_is_and_what_people_look_for_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(form=None)
    with logs.delivery("slack") as handled:
        handled.came("command", "123.456.abc")
        logs.concerns("INC-1")
        ours().info("something happened", extra_word="x")
    [line] = said(capsys)
    assert list(line)[:6] == ["timestamp", "level", "event", "source", "delivery", "ref"]
    assert line["timestamp"].endswith("Z")
    assert (line["source"], line["delivery"], line["ref"]) == ("slack", "123.456.abc", "INC-1")


def test_console_on_a_terminal_and_the_other_way_round(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    set_up(form=None)
    ours().info("hello", ref="INC-1")
    assert "[info     ] hello" in (line := capsys.readouterr().err) and "ref=INC-1" in line
    set_up(form="json")
    ours().info("hello")
    assert said(capsys)[0]["event"] == "hello"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    set_up(form="console")
    ours().info("hello")
    assert "[info     ] hello" in capsys.readouterr().err


LOUD = (
    "slack_sdk.web.async_client",
    "slack_bolt.AsyncApp",
    "httpx",
    "httpcore",
    "aiohttp.access",
    "sqlalchemy.engine.Engine",
    "alembic.runtime.migration",
    "apscheduler.scheduler",
    "asyncio",
    "a.library.that.comes.later",
)


@pytest.mark.parametrize("name", LOUD)
def test_libraries_speak_from_warning_on_even_at_debug(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("DEBUG")
    logging.getLogger(name).debug("Authorization: Bearer %s, body: %s", "xoxb-1", "the text")
    logging.getLogger(name).info("body: %s", "the text")
    ours().debug("ours is told")
    assert [line["event"] for line in said(capsys)] == ["ours is told"]


def test_nothing_below_the_level_is_told_by_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("ERROR")
    logging.getLogger("httpx").warning("warned")
    ours().warning("warned")
    ours().error("told")
    assert [line["event"] for line in said(capsys)] == ["told"]


def test_no_secret_of_the_settings_is_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings()
    set_up()
    logs.hide(settings)
    values = [
        "pd-0123456789abcdef",
        "xpd-0123456789abcdefx",
        "first-of-two",
        "second-of-two",
        'deep "quoted" ü secret',
        "p%40ssw0rd",
        "p@ssw0rd",
    ]
    for value in values:
        ours().warning("it says", value=f"<{value}>", nested={"deep": [value]})
        logging.getLogger("library").error("it says %s", value)
    text = capsys.readouterr().err
    for value in values[:1] + values[2:]:
        assert value not in text and json.dumps(value)[1:-1] not in text
    assert "0123456789abcdef" not in text
    assert text.count("[secret]") >= 3 * len(values)


def test_a_short_secret_hides_no_part_of_a_word_and_a_tiny_one_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up()
    logs.hide(Settings())
    ours().info("postgresql refuses postgres, says abc")
    assert said(capsys)[0]["event"] == "postgresql refuses [secret], says abc"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token xoxb-1-2-AbC.", "token [secret]."),
        ("xoxp-12-ab and xapp-1-A0-1-ff", "[secret] and [secret]"),
        ("xoxe.xoxp-1-Mi0y", "[secret]"),
        ("Token token=y_NbAkKc66ryYTWUXYEu", "Token token=[secret]"),
        ("{'Authorization': 'Token token=abc'}", "{'Authorization': 'Token token=[secret]'}"),
        (r"\"Authorization\": \"Bearer abc.def\"", r"\"Authorization\": \"Bearer [secret]\""),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [secret]"),
        ("Authorization=abcdef", "Authorization=[secret]"),
        ("postgresql://bot:s3cr3t@db:5432/x", "postgresql://bot:[secret]@db:5432/x"),
        ("wss://slack.com/link/?ticket=ab-c&a=1", "wss://slack.com/link/?ticket=[secret]&a=1"),
        ("https://hooks.slack.com/commands/T1/2/x", "https://hooks.slack.com/[secret]"),
        (
            "http://db:5432/x xoxo authorization failed",
            "http://db:5432/x xoxo authorization failed",
        ),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_key_that_names_a_secret_hides_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(form="console")
    ours().info("asked", Authorization="plain words", token="12345")
    text = capsys.readouterr().err
    assert "plain words" not in text and "12345" not in text


def break_something(words: str) -> None:
    """An exception with a cause, a token in a local variable, and words of somebody."""
    local = f"xoxb-in-a-local-{words}"
    try:
        raise OSError(28, "No space left on device")
    except OSError as cause:
        raise ValueError(f"{words} xoxb-123 {len(local)}") from cause


def broken(level: str, form: Form) -> None:
    set_up(level, form)
    try:
        break_something("the database is on fire")
    except ValueError:
        ours().exception("it broke")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_says_where_but_not_what_was_written(
    form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    broken("INFO", form)
    text = capsys.readouterr().err
    assert "break_something" in text and "ValueError" in text
    assert "No space left on device" in text, "about the machine, so it may be told"
    assert "on fire xoxb" not in text and "in-a-local-the" not in text


def test_at_debug_it_has_the_words_too_but_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    broken("DEBUG", "json")
    text = capsys.readouterr().err
    assert "the database is on fire [secret]" in text and "xoxb-123" not in text


def test_groups_and_cycles_of_exceptions_end(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    one, two = KeyError("private"), ValueError("private")
    one.__cause__, two.__cause__ = two, one
    ours().error("it broke", exc_info=ExceptionGroup("private", [one, TypeError("harmless")]))
    [line] = said(capsys)
    assert "KeyError" in line["exception"] and "TypeError: harmless" in line["exception"]
    assert "private" not in line["exception"]


def test_a_line_that_cannot_be_rendered_is_told_without_its_arguments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up()
    logging.getLogger("library").error("%d", "the secret text")
    assert capsys.readouterr().err == "a line of library could not be written\n"


def test_an_id_that_anybody_may_have_sent_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    with logs.delivery("slack") as handled:
        handled.came("command\nforged", "x\n{forged line}")
        ours().info("came", kind=handled.kind)
    [line] = said(capsys)
    assert "delivery" not in line and line["kind"] == "other"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_text_cannot_end_the_line_or_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], form: Form
) -> None:
    set_up(form=form)
    ours().info("came", title="x\n\x1b[2J\x9b31m\u202ey")
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1 and err.rstrip("\n").isprintable()


async def test_deliveries_at_once_do_not_mix_and_leave_nothing_behind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up()

    async def handle(ref: str) -> logs.Delivery:
        with logs.delivery("slack") as handled:
            handled.came("command", f"id-of-{ref}")
            await asyncio.sleep(0)
            logs.learned(ref=ref, verb="log", outcome="recorded")
            await asyncio.sleep(0)
            ours().info("handled")
        ours().info("after")
        return handled

    handled = await asyncio.gather(*(handle(f"INC-{n}") for n in range(5)))
    assert [h.facts()["ref"] for h in handled] == [f"INC-{n}" for n in range(5)]
    lines = said(capsys)
    assert all(line["delivery"] == f"id-of-{line['ref']}" for line in lines if "ref" in line)
    assert sum("ref" in line for line in lines) == 5
    assert not any("source" in line for line in lines if line["event"] == "after")
    logs.learned(ref="INC-9", outcome="recorded")  # outside a delivery: only the lines carry it


def test_the_lines_that_the_reference_names_are_written() -> None:
    root = Path(__file__).parents[1]
    text = (root / "docs/reference/logs.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py"))
    named = re.findall(r"^\| `([^`]+)` \| (debug|info|warning|error|critical) \|", text, re.M)
    assert len(named) > 10
    for event, level in named:
        assert re.search(rf'log\.{level}\(\s*"{re.escape(event)}"', source) or (
            level == "error" and f'log.exception("{event}"' in source
        ), event
