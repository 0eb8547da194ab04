"""The buttons of a reminder: what becomes of it stands in the place of its message."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.words import Milestone, ReminderKind
from tests.slack.desk_kit import ELSEWHERE, NOW, FakeService, incident
from tests.slack.test_listeners_buttons import Inbox, inbox, press

__all__ = ["inbox"]


@pytest.fixture
def service() -> FakeService:
    return FakeService(incident(times={Milestone.DETECTED: NOW}))


@pytest.mark.parametrize(
    ("action_id", "value", "kind", "subject"),
    [
        ("snooze_reminder", "INC-1 no_ic", ReminderKind.NO_IC, ""),
        ("dismiss_reminder", "INC-1 action_overdue 12", ReminderKind.ACTION_OVERDUE, "12"),
        ("dismiss_reminder", "INC-1 archive", ReminderKind.ARCHIVE, ""),
    ],
)
async def test_put_off_or_dismissed_in_its_place(
    service: FakeService,
    inbox: Inbox,
    action_id: str,
    value: str,
    kind: ReminderKind,
    subject: str,
) -> None:
    await press(service, inbox, action_id, value)
    (command,) = service.commands
    expected = c.SnoozeReminder if action_id.startswith("snooze") else c.DismissReminder
    assert isinstance(command, expected)
    assert (command.reminder, command.subject) == (kind, subject)
    (reply,) = inbox.got
    assert (reply["response_type"], reply["replace_original"]) == ("in_channel", True)


async def test_the_impact_began_when_it_was_detected(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "impact_at_detection", "INC-1")
    (command,) = service.commands
    assert isinstance(command, c.SetMilestone)
    assert (command.milestone, command.at) == (Milestone.IMPACT_STARTED, NOW)


async def test_a_start_that_somebody_gave_meanwhile_stays(inbox: Inbox) -> None:
    times = {Milestone.DETECTED: NOW, Milestone.IMPACT_STARTED: NOW}
    service = FakeService(incident(times=times))
    await press(service, inbox, "impact_at_detection", "INC-1")
    assert service.handled == []
    assert inbox.got[0]["text"].startswith("It is known by now when the impact began")
    assert inbox.got[0]["replace_original"] is False


async def test_a_kind_that_is_not_known_any_more(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "snooze_reminder", "INC-1 tea_time")
    assert service.handled == []
    assert "older version" in inbox.got[0]["text"]


async def test_nobody_else_reaches_a_private_one(inbox: Inbox) -> None:
    service = FakeService(incident(private=True))
    await press(service, inbox, "dismiss_reminder", "INC-1 no_ic", channel=ELSEWHERE)
    assert service.handled == []
    assert "There is no INC-1" in inbox.got[0]["text"]
