"""What is forged is refused, what is repeated changes nothing, and a crash loses nothing."""

import asyncio
import json
import socket
import time
from io import BytesIO

import aiohttp
import pytest

from tests.journeys.locked import locked
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey

HTTP_ONLY = pytest.mark.parametrize("mode", ["http"])


async def test_killed_in_mid_opening_and_restarted(stage: Stage) -> None:
    """SIGKILL after Slack made the channel and before its answer was heard: still one room."""
    stage.slack.faults.add("conversations.create", drop="after", delay=0.2)
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.until(lambda: stage.rooms, "the channel was created")
    await stage.bot.kill()
    await stage.bot.start()
    room = await stage.room_complete()
    assert len(stage.rooms) == 1
    invitations = [c for c in stage.slack.calls if c.method == "conversations.invite" and c.ok]
    assert len(invitations) == 1
    assert len([m for m in room.messages if m.ts in room.pins]) == 1
    assert len(stage.incidents.messages) == 1
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_auth_test_away_after_a_restart_loses_no_command(stage: Stage) -> None:
    """Commands need no API call to be recorded; what they ask for is done when Slack is back."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await stage.bot.stop()
    stage.slack.faults.add("auth.test", status=503, times=None)
    await stage.bot.start()
    answer = await stage.types(stage.bob, "log Still here", room)
    assert "Still here" in answer
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    assert stage.pagerduty.deliveries[-1].status == 202
    await stage.until(lambda: len(stage.rooms) == 2, "the alert's room")
    assert "Still here" in (await stage.bot.cli("timeline", "INC-1"))[1]


async def test_the_same_delivery_again_changes_nothing(stage: Stage) -> None:
    """By X-Webhook-Id, by event id, and by trigger_id; never by the text."""
    event = {"event_id": "EV1", "webhook_id": "WH1"}
    incident = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    data = {**stage.pagerduty.account.incidents[incident["id"]], "type": "incident"}
    for webhook_id in ("WH1", "WH1", "WH2"):
        delivery = await stage.pagerduty.deliver(
            "incident.annotated",
            {"type": "incident_note", "id": "N1", "content": "pool full", "incident": data},
            event_id=event["event_id"],
            webhook_id=webhook_id,
        )
        assert delivery.status == 202
    for _ in range(2):
        await stage.slack.command(stage.bob, "log twice", room, trigger_id="T1")
    await stage.slack.command(stage.bob, "log twice", room)
    timeline = (await stage.bot.cli("timeline", "INC-1"))[1]
    assert timeline.count("pool full") == 1
    assert timeline.count("twice") == 2


@HTTP_ONLY
async def test_forged_stale_and_unsigned_are_refused(stage: Stage) -> None:
    """401 for Slack, 403 for PagerDuty, 413 for what is too large; nothing is stored."""
    forged = await stage.slack.command(
        stage.bob, "declare Forged incident here", stage.incidents, signature="v0=00"
    )
    stale = await stage.slack.command(
        stage.bob, "declare Stale incident here", stage.incidents, timestamp=int(time.time()) - 600
    )
    assert (forged.status, stale.status) == (401, 401)
    async with aiohttp.ClientSession() as session:
        url = f"{stage.bot.url}/pagerduty/webhook"
        async with session.post(url, data=b"{}") as unsigned:
            assert unsigned.status == 403
        async with session.post(url, data=BytesIO(b"x" * (1024 * 1024 + 1))) as large:
            assert large.status == 413
        slack_url = f"{stage.bot.url}/slack/events"
        async with session.post(slack_url, data=BytesIO(b"x" * 1_100_000)) as large:
            assert large.status == 413
        async with session.get(f"{stage.bot.url}/metrics") as metrics:
            assert "incident_bot_deliveries_rejected_total" in await metrics.text()
    assert "No incidents" in (await stage.bot.cli("list", "--all"))[1]


async def test_authentic_but_not_understood_is_kept(stage: Stage) -> None:
    """202, so that PagerDuty does not drop the subscription."""
    for raw in (b"not json", json.dumps({"event": {"event_type": "new.thing"}}).encode(), b"[]"):
        delivery = await stage.pagerduty.deliver("x", {}, raw=raw)
        assert delivery.status == 202, raw


async def test_hostile_words_stay_words(stage: Stage) -> None:
    """A title cannot mention the channel, in Slack or in the draft."""
    await stage.pagerduty.trigger(
        stage.service, "<!channel> <script>alert(1)</script> | # x", assignees=[stage.pd_alice]
    )
    room = await stage.room_complete()
    sent = json.dumps([c.args for c in stage.slack.calls], default=str)
    assert "<!channel>" not in sent
    await stage.types(stage.alice, "resolve", room)
    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")
    assert "<script>" not in stage.files("postmortem-INC-1.md")[0].content.decode()


async def test_a_room_that_cannot_be_opened_is_told_and_the_incident_goes_on(stage: Stage) -> None:
    """A permanent refusal is not repeated; everybody hears of it, and the journal takes entries."""
    stage.slack.faults.add("conversations.create", error="restricted_action", times=None)
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.until(lambda: stage.incidents.messages, "announced without a room")
    assert "No war room could be opened" in str(stage.incidents.messages[-1].blocks)
    assert len([c for c in stage.slack.calls if c.method == "conversations.create"]) == 1
    assert "ask a Slack admin" in await stage.types(stage.bob, "INC-1 status", stage.incidents)
    assert "Logged" in await stage.types(stage.bob, "INC-1 log Rolled back", stage.incidents)


async def test_two_claims_have_one_winner(stage: Stage) -> None:
    """Both at the same moment: one outcome, one clear refusal."""
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    answers = await asyncio.gather(
        stage.types(stage.alice, "role ic", room), stage.types(stage.bob, "role ic", room)
    )
    assert sum("is now Incident Commander" in a for a in answers) == 1
    assert sum("already" in a for a in answers) == 1


@HTTP_ONLY
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({"PAGERDUTY_FROM_EMAIL": ""}, "PAGERDUTY_FROM_EMAIL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"PORT": "http"}, "PORT"),
        ({"INCIDENT_BOT_CONFIG": "nowhere.toml"}, "INCIDENT_BOT_CONFIG"),
        ({"INCIDENT_BOT_DEMO_CLOCK": "x", "HOST": "0.0.0.0"}, "INCIDENT_BOT_DEMO_CLOCK"),
    ],
)
async def test_a_wrong_setting_is_one_line_and_exit_2(
    stage: Stage, change: dict[str, str], name: str
) -> None:
    """Before anything listens, without a traceback."""
    await stage.bot.stop()
    stage.bot.settings.update(change)
    code, printed = await stage.bot.cli("run")
    assert code == 2
    assert name in printed and len(printed.strip().splitlines()) == 1, printed


@HTTP_ONLY
async def test_a_port_in_use_or_a_file_that_is_no_database_is_one_line(stage: Stage) -> None:
    """Exit 2 and a sentence, whatever was under way when it was noticed."""
    await stage.bot.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        stage.bot.settings["PORT"] = str(taken.getsockname()[1])
        code, printed = await stage.bot.cli("run")
    assert code == 2 and "Set HOST or PORT" in printed, printed
    assert len(printed.strip().splitlines()) == 1, printed
    (stage.bot.folder / "other.db").write_bytes(b"no database" * 999)
    stage.bot.settings["DATABASE_URL"] = f"sqlite:///{stage.bot.folder / 'other.db'}"
    code, printed = await stage.bot.cli("run")
    assert code == 2 and "DATABASE_URL" in printed, printed
    assert len(printed.strip().splitlines()) == 1, printed


async def test_a_database_that_is_away_means_503_and_not_recorded(stage: Stage) -> None:
    """Nothing is acknowledged; PagerDuty comes again, people are told, and it goes on after."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    async with locked(stage.bot.settings["DATABASE_URL"]):
        alert = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
        assert stage.pagerduty.deliveries[-1].status == 503
        assert "try again" in await stage.types(stage.bob, "log Is it there?", room)
    assert "Is it there?" not in (await stage.bot.cli("timeline", "INC-1"))[1]
    assert alert["id"]
    again = await stage.pagerduty.redeliver(stage.pagerduty.deliveries[-1])
    assert again.status == 202
    await stage.until(lambda: len(stage.rooms) == 2, "the alert's room after all")
