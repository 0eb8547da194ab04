"""A document says which action items are done."""

from incident_bot.domain import commands as c
from incident_bot.domain.policy import Policy
from incident_bot.postmortem.markdown import write_postmortem
from tests.domain.world import BOB, alerted, said


def test_done_action_items_are_marked_and_the_others_are_not() -> None:
    world = alerted()
    for text in ("Enlarge the pool", "Alert earlier"):
        world.handle(c.AddAction(**said(BOB), text=text, owner=BOB))
    world.handle(c.CloseAction(**said(BOB), number=world.incident.actions[1].seq))
    text = write_postmortem(world.incident, world.journal, Policy())
    assert "| P1 | Enlarge the pool | @bob |" in text
    assert "| P1 | Alert earlier (done) | @bob |" in text
