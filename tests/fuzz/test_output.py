"""What goes to a terminal, to a log and through people's names is inert as well."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
import structlog

from incident_bot.cli.output import print_json
from incident_bot.logs import lines
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.fuzz.conftest import OWN_HOSTS, Den
from tests.fuzz.hostile import PIECES, TOKEN, alive_in_call, alive_in_message
from tests.journeys.running import Stage
from tests.pagerduty import payloads

LINE = (
    f"{TOKEN}\n2026-01-01 [critical] forged\r\x1b[31m\x9b2J\x1b]8;;https://x\x07 [red]{TOKEN}[/red]"
)
SAID = ("role ops me", "role comms none", "timeline", "status", "role", "action", "export", "list",
        "resolve")  # fmt: skip
NAMES = [
    *(f"{TOKEN}{piece}" for piece in ("<!channel>", "<@U1>|", "`*_~", "[red]", "\u202e", "@here")),
    "<!channel> <!here> <@U00000A01> <#C00000A01> <https://zqevilqz.example|click> &lt;!here&gt;",
    "".join(PIECES),
]  # fmt: skip


def is_inert(text: str) -> bool:
    """No character that moves a terminal or turns its writing round; line ends are the text's."""
    return all(c.isprintable() for line in text.split("\n") for c in line)


@pytest.mark.parametrize("name", NAMES)
def test_a_display_name_is_a_name_wherever_it_comes_from(den: Den, name: str) -> None:
    """Slack's and PagerDuty's people, services and teams."""

    async def lives() -> list[str]:
        world, slack, pagerduty = den.world, den.world.slack, den.world.pagerduty
        before = len(slack.calls)
        number = len(slack.users)
        eve = slack.add_user(f"eve{number}", name, f"eve{number}@example.com", "UTC")
        world.incidents.members.append(eve.id)
        pd_eve = pagerduty.add_user(name, f"eve{number}@example.com")
        pd_nobody = pagerduty.add_user(name, f"nobody{number}@example.com")
        service = pagerduty.add_service(name, pagerduty.add_escalation_policy(name, [pd_eve]))
        incident = await pagerduty.trigger(service, name, assignees=[pd_eve, pd_nobody])
        await pagerduty.acknowledge(incident, pd_nobody)
        await pagerduty.annotate(incident, pd_eve, name)
        await world.bot.idle()
        ref = (await world.bot.store.refs())[-1]
        alive = []
        for text in (*SAID, f"log {name}", f"action {name} @eve{number}"):
            answer = await slack.command(eve, f"{ref} {text}", world.incidents)
            assert answer.problem is None, (text, answer)
            alive += alive_in_message(slack, answer.body, OWN_HOSTS)  # type: ignore[arg-type]
        await den.settled()
        return alive + [
            each for call in slack.calls[before:] for each in alive_in_call(slack, call, OWN_HOSTS)
        ]

    assert den.run(lives()) == []
    den.check()


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_line_of_the_log_is_one_line(form: lines.Form, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, root = StringIO(), logging.getLogger()
    before = (root.handlers, root.level, structlog.get_config())
    monkeypatch.setattr("sys.stderr", stream)
    try:
        lines.set_up("INFO", form)
        structlog.get_logger("incident_bot.x").warning("happened", kind=LINE, title=LINE, n=1)
        logging.getLogger("incident_bot.x").warning("of a library: %s", LINE)
    finally:
        root.handlers, root.level = before[0], before[1]
        structlog.configure(**before[2])
    written = stream.getvalue().splitlines()
    assert len(written) == 2, written
    assert all(is_inert(line) for line in written), written


def test_json_for_programs_is_inert_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": LINE + "\u202e\u2028\x7f", "name": "Zoë 🔥"})
    printed = capsys.readouterr().out
    assert is_inert(printed)
    assert json.loads(printed) == {"title": LINE + "\u202e\u2028\x7f", "name": "Zoë 🔥"}
    assert "Zoë 🔥" in printed


@pytest.mark.journey
async def test_what_the_command_line_prints_is_inert(tmp_path: Any) -> None:
    """A title from PagerDuty, a name and a line, as `list`, `timeline` and `export` print them."""
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path)
        await stage.bot.start()
        hostile = slack.add_user("eve", LINE, "eve@example.com", "UTC")
        data = payloads.incident(title=LINE, service={"id": "S1", "summary": LINE})
        event = payloads.event("incident.triggered", data)
        event["event"]["event_type"] = "incident.triggered"
        await pagerduty.deliver("x", {}, raw=json.dumps(event).encode())
        await pagerduty.deliver(
            "x", {}, raw=json.dumps(payloads.event(LINE, data, id="e-2")).encode()
        )
        await stage.types(hostile, f"INC-1 log {LINE}", stage.incidents)
        for words in (["list"], ["list", "--json"], ["timeline", "INC-1"],
                      ["timeline", "INC-1", "--json"], ["export", "INC-1"]):  # fmt: skip
            code, printed = await stage.bot.cli(*words)
            assert code == 0 and TOKEN in printed, printed
            assert is_inert(printed), [c for c in printed if not c.isprintable() and c != "\n"]
            assert "forged" not in [line.split()[-1:] for line in printed.splitlines()]
        await stage.bot.stop()
        assert is_inert(stage.bot.log())
        assert "Traceback" not in stage.bot.log()
