"""SIGTERM at bad moments: the process ends in order before its supervisor loses patience."""

import asyncio

import asyncpg
import pytest

from incident_bot.store import migrate
from tests.databases import ONLY_POSTGRESQL
from tests.journeys.running import PATIENCE, Stage
from tests.store.wire import wire_to

pytestmark = pytest.mark.journey
GRACE = 30.0
"""Seconds that compose.yaml, the systemd unit and the Kubernetes example give it."""
HTTP = pytest.mark.parametrize("mode", ["http"])


@HTTP
@ONLY_POSTGRESQL
async def test_while_another_replica_is_at_its_migration(stage: Stage) -> None:
    """It waits for that up to two minutes; told to stop, it does not."""
    await stage.bot.stop()
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    other = await asyncpg.connect(stage.bot.settings["DATABASE_URL"])
    try:
        await other.execute(f"SELECT pg_advisory_lock({migrate._LOCK_NUMBER})")
        await stage.bot.launch()
        async with asyncio.timeout(PATIENCE):
            while not await other.fetchval(waiting):
                await asyncio.sleep(0.05)
        assert await stage.bot.stop() == 0
    finally:
        await other.close()
    assert '"stopped"' in stage.bot.log()


@HTTP
@ONLY_POSTGRESQL
async def test_while_the_database_hangs_and_a_room_is_being_opened(stage: Stage) -> None:
    """The job cannot be given back; the next start takes it over when its lease is over."""
    await stage.bot.stop()
    direct = stage.bot.settings["DATABASE_URL"]
    async with wire_to(direct) as wire:
        stage.bot.settings["DATABASE_URL"] = wire.url
        await stage.bot.start()
        fault = stage.slack.faults.add("conversations.create", delay=60.0)
        await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
        await stage.until(lambda: fault.met, "being created")
        wire.silent = True
        assert (await stage.bot.ready())[0] == 503
        assert stage.bot.process is not None
        stage.bot.process.terminate()
        assert await asyncio.wait_for(stage.bot.process.wait(), GRACE) == 0
    stage.slack.faults.clear()
    stage.bot.settings["DATABASE_URL"] = direct
    await stage.bot.start()
    await stage.until(lambda: stage.rooms and len(stage.room.members) > 1, "opened after all")
