"""Natural stories of one PagerDuty incident: every delivery as it is sent, in the order that it
happened, each with its own ids and its own time."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from incident_bot.standin.pagerduty import changes
from incident_bot.standin.pagerduty.account import stamp
from tests.order.living import World

BEGIN = datetime(2025, 10, 27, 14, 0, tzinfo=UTC)
ALERT = "PALERT1"

Act = Literal[
    "trigger", "trigger low", "acknowledge", "bob acknowledges", "annotate", "P1", "high",
    "escalate", "responder", "resolve", "reopen", "unacknowledge", "retitle",
]  # fmt: skip

STORIES: tuple[tuple[Act, ...], ...] = (
    ("trigger", "acknowledge", "annotate", "P1", "escalate", "responder", "resolve", "reopen",
     "acknowledge", "annotate", "resolve"),
    ("trigger", "acknowledge", "annotate"),
    ("trigger", "acknowledge", "resolve"),
    ("trigger", "P1", "escalate", "acknowledge", "unacknowledge", "retitle", "acknowledge"),
    ("trigger low", "annotate", "acknowledge", "high", "annotate", "resolve"),
    ("trigger", "acknowledge", "resolve", "reopen", "annotate"),
    ("trigger", "acknowledge", "bob acknowledges", "annotate", "P1", "resolve"),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One webhook. `opens`: whether its route opens a room for an alert that has none."""

    event_type: str
    data: dict[str, Any]
    event_id: str
    webhook_id: str
    at: datetime
    agent: dict[str, Any] | None
    opens: bool

    @property
    def ends(self) -> bool | None:
        """Whether it says that the alert is over; None: it says nothing of that."""
        return {"incident.resolved": True, "incident.reopened": False}.get(self.event_type)


OPENS = {
    f"incident.{what}"
    for what in ("triggered", "acknowledged", "unacknowledged", "reopened", "escalated",
                 "priority_updated", "urgency_updated")
}  # fmt: skip


async def tell(world: World, acts: Sequence[Act]) -> list[Told]:
    """Let it happen in PagerDuty, with every webhook held back."""
    account, told = world.pagerduty.account, list[Told]()
    alice, bob = (account.users[user["id"]] for user in (world.pd_alice, world.pd_bob))
    for number, act in enumerate(acts):
        at = BEGIN + timedelta(minutes=number)
        incident = account.incidents.get(ALERT)
        if incident is None:
            incident = await world.pagerduty.trigger(
                world.service, "Error rate > 1%", id=ALERT, occurred_at=at, webhook=False,
                priority="P3", urgency="low" if act == "trigger low" else "high",
            )  # fmt: skip
            data = changes.webhook_incident(account, incident)
            events: list[changes.Event] = [("incident.triggered", data)]
            by = None
        else:
            by = bob if act in ("annotate", "escalate", "bob acknowledges") else alice
            events = _events(world, incident, act, by, f"note {number}", stamp(at))
        for kind, data in events:
            told.append(
                Told(
                    event_type=kind,
                    data=copy.deepcopy(data),
                    event_id=f"event-{len(told)}",
                    webhook_id=f"webhook-{len(told)}",
                    at=at,
                    agent=account.reference(by),
                    opens=kind in OPENS and data.get("urgency") == "high",
                )
            )
    return told


def _events(
    world: World, incident: dict[str, Any], act: Act, by: dict[str, Any], note: str, at: str
) -> list[changes.Event]:
    account = world.pagerduty.account
    wanted: dict[Act, dict[str, Any]] = {
        "acknowledge": {"status": "acknowledged"},
        "bob acknowledges": {"status": "acknowledged"},
        "unacknowledge": {"status": "triggered"},
        "reopen": {"status": "triggered"},
        "resolve": {"status": "resolved"},
        "P1": {"priority": "P1"},
        "high": {"urgency": "high"},
        "escalate": {"escalation_level": 2},
        "retitle": {"title": "Error rate > 10%"},
    }
    match act:
        case "annotate":
            return [changes.annotate(account, incident, note, by, at)]
        case "responder":
            data = changes.responder(account, incident, by, "please help", "pending", None)
            return [("incident.responder.added", data)]
        case _:
            return changes.change(account, incident, wanted[act], by, at)


def may_have_a_room(order: Sequence[Told]) -> bool:
    """Whether one of them, when it comes, finds the alert under way as far as is told by then."""
    known: list[Told] = []
    for told in order:
        known.append(told)
        ends = [(each.at, each.ends) for each in known if each.ends is not None]
        over = bool(ends) and max(ends)[1] is True
        if told.opens and not over:
            return True
    return False
