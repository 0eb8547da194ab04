"""What is particular to Socket Mode: connections that end, die, or are not there yet."""

import asyncio
import json
import signal
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from incident_bot.demo.bot import free_port
from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn
from tests.journeys.running import PATIENCE, Stage

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["socket"])]


async def a_room(stage: Stage) -> Channel:
    """An incident with its room, and both connections up."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await both_connected(stage)
    return room


async def both_connected(stage: Stage) -> None:
    await stage.until(lambda: len(stage.slack.socket.links) == 2, "two connections")


async def logged(stage: Stage) -> str:
    return (await stage.bot.cli("timeline", "INC-1"))[1]


async def test_refreshing_each_connection_loses_no_command(stage: Stage) -> None:
    """Somebody types all the while; every command is answered once and recorded once."""
    room = await a_room(stage)
    typed, ended = 0, False

    async def types_all_the_while() -> None:
        nonlocal typed
        while not ended:
            typed += 1
            assert f"Note {typed}!" in await stage.types(stage.bob, f"log Note {typed}!", room)

    typing = asyncio.create_task(types_all_the_while())
    for reason in ("refresh_requested", "warning", "refresh_requested"):
        for link in list(stage.slack.socket.links):
            opened = stage.slack.socket.opened
            await stage.slack.socket.disconnect(reason, link)
            await stage.until(
                lambda before=opened, old=link: (
                    typing.done()
                    or (
                        stage.slack.socket.opened > before
                        and old not in stage.slack.socket.links
                        and len(stage.slack.socket.links) == 2
                    )
                ),
                f"another connection after {reason}",
            )
    ended = True
    await typing
    story = await logged(stage)
    assert typed > 6
    assert [story.count(f"Note {n}!") for n in range(1, typed + 1)] == [1] * typed
    said = [m.text for m in room.messages if "Note" in m.text]
    assert len(said) == typed
    assert stage.slack.socket.stray == []
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_a_dead_connection_is_found_out_and_replaced(stage: Stage) -> None:
    """No pong, nothing comes, no close frame: the other one serves, and a new one joins it."""
    room = await a_room(stage)
    dead, other = stage.slack.socket.links
    dead.silent = True
    stage.slack.socket.via = other
    assert "Meanwhile" in await stage.types(stage.bob, "log Meanwhile", room)
    stage.slack.socket.via = None
    await stage.until(lambda: dead not in stage.slack.socket.links, "given up")
    await both_connected(stage)
    for number in range(4):
        assert "After" in await stage.types(stage.bob, f"log After {number}", room)


async def test_slack_away_at_the_start(tmp_path: Path, mode: str) -> None:
    """HTTP is served, /readyz says what is missing, and it connects when Slack is there."""
    async with PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty:
        slack = SlackStandIn(socket_mode=True, port=free_port())
        await slack.start()
        stage = Stage(slack, pagerduty, tmp_path)
        await slack.stop()
        await stage.bot.launch()
        async with asyncio.timeout(PATIENCE):
            while "Socket Mode is not connected" not in (await stage.bot.ready())[1]:
                await asyncio.sleep(0.05)
        assert (await stage.bot.ready())[0] == 503
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{stage.bot.url}/healthz") as answer,
        ):
            assert answer.status == 200
        await pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
        assert pagerduty.deliveries[-1].status == 202
        async with slack:
            await both_connected(stage)
            async with asyncio.timeout(PATIENCE):
                while (await stage.bot.ready())[0] != 200:
                    await asyncio.sleep(0.05)
            room = await stage.room_complete()
            assert "There" in await stage.types(stage.alice, "log There", room)
            assert await stage.bot.stop() == 0
    assert "Traceback" not in stage.bot.log()


async def test_an_acknowledgement_that_is_lost_changes_nothing_twice(stage: Stage) -> None:
    """Recorded, the link cut before Slack heard of it: typed again by Slack, recorded once.

    A command is not sent again; the same trigger_id is what a retry would carry.
    """
    room = await a_room(stage)
    stage.slack.socket.acknowledgement_seconds = 1.0
    stage.slack.socket.lose_acknowledgements = 1
    lost = await stage.slack.command(stage.bob, "log Only once", room, trigger_id="T1")
    assert lost.problem == "operation_timeout"
    stage.slack.socket.cut()
    await both_connected(stage)
    again = await stage.slack.command(stage.bob, "log Only once", room, trigger_id="T1")
    assert again.problem is None and "Only once" in again.text
    assert (await logged(stage)).count("Only once") == 1


async def test_an_event_whose_acknowledgement_is_lost_comes_again(stage: Stage) -> None:
    """The link is cut between the work and its acknowledgement: Slack sends the event again over
    another, and it is taken."""
    room = await a_room(stage)
    stage.slack.socket.acknowledgement_seconds = 1.0
    stage.slack.socket.lose_acknowledgements = 1
    event = {"type": "message", "channel": room.id, "user": stage.bob.id, "ts": "1.1", "text": "x"}
    sending = asyncio.create_task(stage.slack.event(event))
    await stage.until(lambda: stage.slack.socket.lose_acknowledgements == 0, "acknowledged")
    stage.slack.socket.cut(stage.slack.socket.links[0])
    assert (await sending).problem is None
    await both_connected(stage)


async def test_an_answer_goes_out_although_its_connection_ended(stage: Stage) -> None:
    """Both links are cut while a command is at work (its person has to be looked up)."""
    room = await a_room(stage)
    fresh = stage.slack.add_user("dora", "Dora Fresh")
    room.members.append(fresh.id)
    stage.slack.faults.add("users.info", delay=0.8)
    typing = asyncio.create_task(stage.types(fresh, "log Still here", room))
    await stage.until(
        lambda: any(c.args.get("user") == fresh.id for c in stage.slack.calls), "at work"
    )
    stage.slack.socket.cut()
    assert "Still here" in await typing
    assert (await logged(stage)).count("Still here") == 1


async def test_sigterm_in_the_middle_of_a_command(stage: Stage) -> None:
    """What is in hand is committed and answered; the process ends with 0."""
    room = await a_room(stage)
    fresh = stage.slack.add_user("dora", "Dora Fresh")
    room.members.append(fresh.id)
    stage.slack.faults.add("users.info", delay=0.8)
    typing = asyncio.create_task(stage.types(fresh, "log The last word", room))
    await stage.until(
        lambda: any(c.args.get("user") == fresh.id for c in stage.slack.calls), "at work"
    )
    assert await stage.bot.stop() == 0
    assert "The last word" in await typing
    assert (await logged(stage)).count("The last word") == 1
    assert stage.slack.socket.links == []


async def test_killed_and_restarted_it_goes_on(stage: Stage) -> None:
    """SIGKILL right after an answer: what was recorded is there, what was ordered is done."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    await stage.bot.kill()
    assert (await stage.slack.command(stage.bob, "list", stage.incidents)).problem is not None
    await stage.bot.start()
    room = await stage.room_complete()
    assert len(stage.rooms) == 1
    assert "Back" in await stage.types(stage.bob, "log Back", room)
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_switched_off_in_the_settings(stage: Stage) -> None:
    """`link_disabled`: one line that says what to do, and back when it is on again. It stays ready:
    PagerDuty's webhooks are taken meanwhile."""
    await both_connected(stage)
    await stage.slack.socket.disconnect("link_disabled")
    await stage.until(lambda: "switched off" in stage.bot.log(), "told")
    assert (await stage.bot.ready())[0] == 200
    await stage.pagerduty.trigger(stage.service, "Errors", urgency="low")
    assert stage.pagerduty.deliveries[-1].status == 202
    assert stage.bot.log().count("switched off in the Slack app's settings") == 1
    stage.slack.socket.enabled = True
    await both_connected(stage)
    assert "No incident is open" in await stage.types(stage.bob, "list", stage.incidents)


async def test_a_refused_token_leaves_http_served_and_says_so_once(stage: Stage) -> None:
    """`invalid_auth`: no crash, no secret, no flood."""
    await stage.bot.stop()
    stage.bot.settings["SLACK_APP_TOKEN"] = "xapp-1-of-another-app"
    await stage.bot.launch()
    async with asyncio.timeout(PATIENCE):
        while "SLACK_APP_TOKEN" not in (await stage.bot.ready())[1]:
            await asyncio.sleep(0.05)
    tries = len(stage.slack.calls)
    await stage.until(lambda: len(stage.slack.calls) > tries + 2, "tried again")
    assert stage.bot.log().count("Slack does not accept SLACK_APP_TOKEN") == 1
    assert "xapp-1-of-another-app" not in stage.bot.log()
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    assert stage.pagerduty.deliveries[-1].status == 202
    await stage.room_complete()


async def test_signed_requests_are_served_as_well_when_both_are_set(stage: Stage) -> None:
    """So that a team can switch without a gap; without the secret none passes."""
    form = {
        "command": "/incident",
        "text": "list",
        "user_id": stage.bob.id,
        "user_name": "bob",
        "channel_id": stage.incidents.id,
        "channel_name": "incidents",
        "team_id": stage.slack.desk.team_id,
        "trigger_id": "T9",
        "response_url": "http://127.0.0.1:1/",
    }
    body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
    assert (await stage.slack.http.send(body, kind)).status == 401
    await stage.bot.stop()
    stage.bot.settings["SLACK_SIGNING_SECRET"] = stage.slack.signing_secret
    await stage.bot.start()
    answer = await stage.slack.http.send(body, kind)
    assert answer.problem is None and "No incident is open" in answer.text
    await both_connected(stage)
    assert "No incident is open" in await stage.types(stage.bob, "list", stage.incidents)
    assert (await stage.slack.http.send(body, kind, signature="v0=00")).status == 401


async def test_what_people_write_is_in_no_log(stage: Stage) -> None:
    """At the level that runs by default: no text, no token, no address with a ticket."""
    room = await a_room(stage)
    await stage.types(stage.bob, "log Customer Jane Roe called", room)
    stage.slack.socket.cut(stage.slack.socket.links[0])
    await both_connected(stage)
    assert stage.bot.process is not None
    stage.bot.process.send_signal(signal.SIGTERM)
    await stage.bot.process.wait()
    said = stage.bot.log()
    addresses = [c.answer["url"] for c in stage.slack.calls if "url" in c.answer]
    tickets = [url.partition("ticket=")[2] for url in addresses if "ticket=" in url]
    assert len(tickets) >= 3
    for secret in ("Jane Roe", stage.slack.app_token, stage.slack.bot_token, *tickets):
        assert secret not in said, json.dumps(said)[:3000]
