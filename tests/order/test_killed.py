"""The same with a process that is really killed between the deliveries."""

from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage
from tests.pagerduty import payloads


@pytest.mark.journey
async def test_what_was_told_early_outlives_the_process(database_url: str, tmp_path: Path) -> None:
    """A note, an acknowledgement and only then the trigger, with a SIGKILL behind each."""
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path, database_url)
        alice = pagerduty.account.reference(stage.pd_alice)
        seen = payloads.incident("PA", status="acknowledged", assignees=[alice])
        told = [
            ("incident.annotated", payloads.note("the pool is full", "PA")),
            ("incident.acknowledged", seen),
            ("incident.triggered", {**seen, "status": "triggered"}),
        ]
        for number, (kind, data) in enumerate(told):
            await stage.bot.start()
            for _ in range(2):
                delivery = await pagerduty.deliver(
                    kind, data, agent=alice, event_id=f"e-{number}", webhook_id=f"wh-{number}"
                )
                assert delivery.status == 202
            await stage.bot.kill()
        await stage.bot.start()
        room = await stage.room_complete()
        await stage.until(lambda: stage.alice.id in room.members, "Alice invited")
        await stage.until(lambda: "IC: Alice Smith" in room.topic, "IC in the topic")
        assert len(stage.rooms) == 1
        code, timeline = await stage.bot.cli("timeline", "INC-1")
        assert code == 0
        for line in ("the pool is full", "acknowledged", "High error rate on checkout"):
            assert timeline.count(line) >= 1, timeline
        assert timeline.count("noted in PagerDuty: the pool is full") == 1
        assert (await stage.bot.cli("db", "check"))[0] == 0
        await stage.bot.stop()
