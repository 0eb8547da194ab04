"""Every reminder as a message: within Slack's limits, in words, with buttons that do something."""

from datetime import date, timedelta

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, from_json, plain
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import by
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import ReminderKind, Status
from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.slack.payload_check import complaints
from incident_bot.slack.views.direct import VIEWS, Told
from incident_bot.slack.views.question import said
from tests.domain.reminded import only, remind, with_room
from tests.domain.world import ALICE, World, at

LONG = "<!channel> `x` \u202e \U0001f525 & " * 130
K = ReminderKind


def brought_about(kind: ReminderKind) -> World:
    """An incident that has to be reminded of this, with the longest texts."""
    policy = only(*({kind} - {K.ARCHIVE}))
    world = with_room(policy.model_copy(update={"archive_after_days": 2}))
    match kind:
        case K.NOT_RESOLVED:
            command = c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED, text=LONG)
            world.handle(command, at("14:05"))
        case K.NO_ACTIONS | K.NOT_APPROVED | K.ARCHIVE:
            world.handle(c.Resolve(actor=by(ALICE), text=LONG), at("14:05"))
        case K.ACTION_OVERDUE:
            command = c.AddAction(actor=by(ALICE), text=LONG[:3000], due=date(2025, 10, 28))
            world.handle(command, at("14:05"))
    return world


@pytest.mark.parametrize("kind", list(ReminderKind))
def test_it_fits_and_says_what_to_do(kind: ReminderKind) -> None:
    world = brought_about(kind)
    jobs = [job for job in remind(world, at("14:05") + timedelta(days=3)) if "reminder" in job.args]
    (job,) = [job for job in jobs if job.args["reminder"]["kind"] == kind]
    sentence = from_json(job.args["sentence"])
    text, blocks = said(sentence, job.args["buttons"])
    assert complaints(text, blocks or []) == []
    assert "INC-1" in plain(sentence) or kind is K.ACTION_OVERDUE
    assert "<!channel>" not in text
    actions = [button["action"] for button in job.args["buttons"]]
    assert actions and set(actions) <= set(BUTTONS)
    assert "dismiss_reminder" in actions


def test_the_owner_of_an_overdue_action_can_finish_it_where_it_is_told() -> None:
    world = brought_about(K.ACTION_OVERDUE)
    number = world.incident.actions[0].seq
    args = {"number": number, "slack_id": "U1", "name": "Alice"}

    def told(incident: Incident) -> Told:
        return Told(incident, Policy(), args, world.now)

    message = VIEWS["overdue"](told(world.incident))
    assert message is not None
    text, blocks = message
    assert text.startswith(f"Action #{number} of INC-1 was due 2025-10-28 and is not done")
    assert complaints(text, blocks or []) == []
    world.handle(c.CloseAction(actor=by(ALICE), number=number), at("15:00"))
    assert VIEWS["overdue"](told(world.incident)) is None
    assert [job.kind for job in world.jobs].count(JobKind.TELL_PERSON) == 0
