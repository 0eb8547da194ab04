"""The database is locked, full, cut off, restarted, away: told honestly, and it goes on by itself.

What is typed and delivered into a lock is in test_failures.py.
"""

import asyncio
import re
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests import postgres
from tests.databases import ONLY_POSTGRESQL, ONLY_SQLITE, sql
from tests.journeys.lived import TAKEN_OVER, all_is_there_once, lived_through
from tests.journeys.locked import locked
from tests.journeys.replicas import Replicas
from tests.journeys.running import RunningBot, Stage
from tests.store.wire import wire_to

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["http"])]

NOT_RECORDED = "Not recorded, try again"


async def told(stage: Stage, button: str) -> str:
    """What Alice is told when she presses a button under the summary."""
    room, before = stage.room, len(stage.slack.responses)
    answer = await stage.slack.click(stage.alice, room, room.pins[0], button)
    assert answer.problem is None, answer
    await stage.until(lambda: len(stage.slack.responses) > before, "an answer to the button")
    return str(stage.slack.responses[before]["text"])


async def test_a_button_pressed_into_a_lock_is_told_and_works_afterwards(stage: Stage) -> None:
    """Nobody is called Incident Commander whom the journal does not know."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    await stage.room_complete()
    async with locked(stage.bot.settings["DATABASE_URL"]):
        assert NOT_RECORDED in await told(stage, "claim_role:ic")
    assert "is now Incident Commander" in await told(stage, "claim_role:ic")
    timeline = (await stage.bot.cli("timeline", "INC-1"))[1]
    assert timeline.count("Incident commander assigned") == 1


# A full disk


@contextmanager
def full_disk(bot: RunningBot, file: Path) -> Iterator[None]:
    """No file that the bot writes may grow larger than this one is: its writes fail as they do
    when the disk is full."""
    assert bot.process is not None
    size = file.stat().st_size
    limits = (size, resource.RLIM_INFINITY)
    before = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, limits)
    try:
        yield
    finally:
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, before)


@ONLY_SQLITE
async def test_a_full_disk(stage: Stage) -> None:
    """503 and "not recorded"; what was done outside meanwhile is not done again afterwards."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    service = stage.pagerduty.add_service("Search", stage.service["escalation_policy"])
    posting = stage.slack.faults.add("chat.postMessage", delay=1.0, when=lambda a: "Pool" in str(a))
    alert = await stage.pagerduty.trigger(service, "Slow", assignees=[stage.pd_alice])
    await stage.until(lambda: len(stage.rooms) == 2 and stage.rooms[1].pins, "a second room")
    await stage.pagerduty.annotate(alert, stage.pd_bob, "Pool is full")
    await stage.until(lambda: posting.met, "a message under way")
    with full_disk(stage.bot, stage.bot.folder / "bot.db-wal"):
        await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
        refused = stage.pagerduty.deliveries[-1]
        assert refused.status == 503
        assert NOT_RECORDED in await stage.types(stage.bob, "log Is it there?", room)
        await stage.until(lambda: "Pool is full" in stage.texts(stage.rooms[1]), "the message")
        await stage.until(lambda: "outcome of a job could not be kept" in stage.bot.log(), "told")
    # Where nothing at all could be written SQLite calls it "disk I/O error".
    assert re.search("the database did not answer: (database or )?disk ", stage.bot.log())
    assert "Is it there?" not in (await stage.bot.cli("timeline", "INC-1"))[1]

    assert (await stage.pagerduty.redeliver(refused)).status == 202
    assert "Logged" in await stage.types(stage.bob, "log Now it is", room)
    await stage.until(lambda: len(stage.rooms) == 3, "the alert's room after all")
    await everything_done(stage)
    assert stage.texts(stage.rooms[1]).count("Pool is full") == 1
    assert await stage.bot.cli("db", "check") == (0, "3 journals verified.\n")


async def everything_done(stage: Stage) -> None:
    """Wait until no job is left, those whose lease must end first included; none is dead."""
    query = "SELECT key, state, error FROM job WHERE state <> 'done'"
    url, left = stage.bot.settings["DATABASE_URL"], list[object]()
    try:
        async with asyncio.timeout(TAKEN_OVER):
            while left := await asyncio.to_thread(sql, url, query):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"left: {left}\n{stage.bot.log()[-4000:]}") from None


# PostgreSQL cut off, restarted, away


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A server that a test may stop: nobody else's databases are on it."""
    with postgres.serve() as server:
        yield server


@pytest.fixture
async def on_own_server(own_server: postgres.Server, tmp_path: Path) -> AsyncIterator[Replicas]:
    """Slack, PagerDuty and two bots, started, on a database that keeps what it has committed."""
    url = own_server.create()
    name = url.rpartition("/")[2]
    own_server.run(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        slack.notices = True
        replicas = Replicas(Stage(slack, pagerduty, tmp_path, url), 2)
        await replicas.start()
        yield replicas
        await replicas.end()


@pytest.mark.postgres
async def test_postgresql_cut_off_restarted_and_away_in_mid_flow(
    own_server: postgres.Server, on_own_server: Replicas, mode: str
) -> None:
    """The bots are never restarted, and in the end everything is there once."""
    replicas, stage = on_own_server, on_own_server.stage
    names = [f"Service {number}" for number in range(1, 7)]
    story = asyncio.create_task(lived_through(replicas, names, 1.0))
    for _ in range(4):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(own_server.cut, stage.bot.settings["DATABASE_URL"])
    await asyncio.sleep(0.5)
    how: Literal["immediate", "fast"]
    for how in ("immediate", "fast"):
        await asyncio.to_thread(own_server.stop, how)
        await asyncio.to_thread(own_server.start)
        await asyncio.sleep(1.0)

    await asyncio.to_thread(own_server.stop, "fast")
    replicas.to(stage.bot)
    status, words = await stage.bot.ready()
    assert status == 503 and "database" in words
    service = stage.pagerduty.add_service("Unheard", stage.service["escalation_policy"])
    await stage.pagerduty.trigger(service, "Nobody hears")
    assert stage.pagerduty.deliveries[-1].status == 503
    answer = await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    assert NOT_RECORDED in answer
    await asyncio.sleep(2.0)
    await asyncio.to_thread(own_server.start)

    await story
    await replicas.settled(TAKEN_OVER)
    assert all(bot.process is not None and bot.process.returncode is None for bot in replicas.bots)
    await replicas.until_well(stage.bot)
    await all_is_there_once(replicas, names)


@ONLY_POSTGRESQL
async def test_a_server_that_only_reads_for_a_while(
    stage: Stage, postgresql: postgres.Server
) -> None:
    """As after a failover to a standby. (A disk that is full for PostgreSQL's log makes it crash:
    that is the restart above.)"""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    url = stage.bot.settings["DATABASE_URL"]
    only_reads = f'ALTER DATABASE "{url.rpartition("/")[2]}" SET default_transaction_read_only'
    await asyncio.to_thread(postgresql.run, f"{only_reads} = on")
    await asyncio.to_thread(postgresql.cut, url)
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    refused = stage.pagerduty.deliveries[-1]
    assert refused.status == 503
    assert NOT_RECORDED in await stage.types(stage.bob, "log Is it there?", room)
    assert "read-only transaction" in stage.bot.log()

    await asyncio.to_thread(postgresql.run, f"{only_reads} = off")
    await asyncio.to_thread(postgresql.cut, url)
    assert (await stage.pagerduty.redeliver(refused)).status == 202
    assert "Logged" in await stage.types(stage.bob, "log Now it is", room)
    await stage.until(lambda: len(stage.rooms) == 2, "the alert's room after all")
    await everything_done(stage)


# A commit whose answer is lost


@ONLY_POSTGRESQL
async def test_a_commit_whose_answer_is_lost(stage: Stage) -> None:
    """The wire breaks between the commit and its answer: it is looked up, told and there once."""
    await stage.bot.stop()
    async with wire_to(stage.bot.settings["DATABASE_URL"]) as wire:
        stage.bot.settings["DATABASE_URL"] = wire.url
        await stage.bot.start()
        await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
        room = await stage.room_complete()
        await everything_done(stage)

        wire.cut_commit, wire.marked = True, b"Cut in mid-commit"
        answer = await stage.types(stage.bob, "log Cut in mid-commit", room)
        assert not wire.cut_commit and "Logged" in answer
        wire.cut_commit, wire.marked = True, b"Cut it too"
        await stage.pagerduty.trigger(stage.service, "Cut it too", assignees=[stage.pd_alice])
        assert not wire.cut_commit and stage.pagerduty.deliveries[-1].status == 202
        await stage.until(lambda: len(stage.rooms) == 2, "the alert's room")
        await everything_done(stage)
        timeline = (await stage.bot.cli("timeline", "INC-1"))[1]
        assert timeline.count("Cut in mid-commit") == 1
        assert await stage.bot.cli("db", "check") == (0, "2 journals verified.\n")
        await stage.bot.stop()
