"""The App Home: it belongs to a person, and to no incident."""

from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, JobKind, NewJob


def show(command: c.ShowHome, now: datetime) -> Decision:
    """Publish it. Of those of one person that wait, one is enough: each shows things as they are
    when it begins."""
    key = f"home/{command.slack_id}"
    return Decision(
        jobs=(
            NewJob(
                kind=JobKind.PUBLISH_HOME,
                key=f"{key}/{int(now.timestamp() * 1_000_000)}",
                args={"slack_id": command.slack_id, "shown": command.shown},
                lane=key,
            ),
        )
    )
