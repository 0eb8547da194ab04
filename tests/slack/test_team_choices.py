"""What a team writes into incident-bot.toml has its effect: one story over the real wire."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey

CHOICES = """
[[routes]]
name = "payments"
service = "Payment API"
then = "open"
invite = ["@payments-oncall", "charlie@example.com", "@nobody-knows"]

[[slos]]
service = "Payment API"
objective = 99.95
window = "30d"

[cadences]
sev1 = "15m"

[severities.sev1]
description = "Money is lost"
priorities = ["p4"]

[statuses.mitigated]
name = "under control"
also = ["stable"]

[roles.scribe]
name = "Scribe"

[permissions]
resolve = ["ic"]
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot with these choices, and the user group that its route names."""
    (tmp_path / "incident-bot.toml").write_text(CHOICES)
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path)
        slack.add_usergroup("payments-oncall", [stage.bob])
        await stage.bot.start()
        yield stage
        await stage.bot.stop()


async def test_a_teams_choices_have_their_effect(stage: Stage) -> None:
    await stage.pagerduty.trigger(
        stage.service, "Errors", assignees=[stage.pd_alice], priority="P4"
    )
    room = await stage.room_complete()
    everybody = {stage.alice.id, stage.bob.id, stage.charlie.id}
    await stage.until(lambda: everybody <= set(room.members), "assignee and the route's people")
    unknown = "The user group @nobody-knows does not exist in Slack"
    await stage.until(lambda: unknown in stage.texts(room), "told who could not be invited")
    assert room.topic.startswith("Sev1 · open")

    asked = await stage.types(stage.bob, "severity", room)
    assert "• *Sev1* – Money is lost _(an update every 15 minutes)_" in asked
    assert "Scribe: nobody yet – `/incident role scribe me`" in await stage.types(
        stage.bob, "role", room
    )
    answer = await stage.types(stage.bob, "update Errors are falling", room)
    assert "The next update is due <!date^" in answer

    await stage.types(stage.alice, "role ic me", room)
    refused = await stage.types(stage.bob, "resolve", room)
    assert "Only the Incident Commander may resolve INC-1 here" in refused
    assert f"(`permissions.resolve`). Ask <@{stage.alice.id}>" in refused
    assert "INC-1 under control at" in await stage.types(stage.bob, "status stable", room)
    await stage.until(lambda: "Sev1 · under control" in room.topic, "the team's word in the topic")
    assert "INC-1 resolved" in await stage.types(stage.alice, "resolve Rolled back", room)

    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")
    draft = stage.files("postmortem-INC-1.md")[0].content.decode()
    assert "- **Error budget**: 21 m 36 s = (1 − 99.95 %) × 30 days" in draft
    assert "Bob Johnson (@bob) set the status to under control" in draft
    assert (await stage.bot.cli("export", "INC-1"))[1].count("21 m 36 s = ") == 1
    assert "resolved" in (await stage.bot.cli("list", "--all"))[1]
    assert (await stage.bot.cli("db", "check"))[0] == 0
