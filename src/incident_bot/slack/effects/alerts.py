"""The alerts that joined, in one message of the room that grows.

An edit shows the incident as it is now, so of many that wait the first says it all. In a storm
the edits come a few seconds apart: Slack takes 50 a minute, of all messages together.
"""

from incident_bot.domain.incident import Incident
from incident_bot.effects import Done, Effect, Later
from incident_bot.slack.effects.latest import Latest, Pace
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.posting import edit, post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views.alerts import further_alerts

POST = "tell the room of further alerts"
UPDATE = "keep the message about further alerts up to date"


class FurtherAlerts:
    """The handlers of `post_alerts` and `update_alerts`."""

    def __init__(self, gateway: Gateway, memory: Memory) -> None:
        self._gateway = gateway
        self._memory = memory
        self._rendered = Latest()
        self._pace = Pace()

    async def post(self, effect: Effect) -> Done:
        """`post_alerts`: result {} when the alerts that had joined are no longer there."""
        incident = the_incident(effect)
        if len(incident.alerts) < 2:
            return Done()
        text, blocks = further_alerts(incident)
        posted = await post_once(
            self._gateway, effect.room, effect.job.key, text, blocks, again=effect.again
        )
        if not effect.again:  # one found again shows what was true when it was posted
            self._saw(incident)
        return Done(result=posted)

    async def update(self, effect: Effect) -> Done:
        """`update_alerts`: no call when this entry is shown already, or changed no alert."""
        incident, seq = the_incident(effect), int(effect.args["seq"])
        if (shown := self._rendered.of(incident.ref)) >= seq or len(incident.alerts) < 2:
            return Done(result={"rendered": shown})
        if self._rendered.looks(incident.ref) == _look(incident):
            self._saw(incident)
            return Done(result={"rendered": incident.last_seq})
        posted = await self._memory.result(f"{incident.ref}/alerts")
        if posted is None:
            raise Later("the message about further alerts is not posted yet")
        if "ts" not in posted:
            return Done()
        if effect.args.get("calm"):
            self._pace.take(incident.ref)
        text, blocks = further_alerts(incident)
        if gone := await edit(self._gateway, posted, text, blocks):
            return Done(result={"rendered": 0, "gone": gone})
        self._saw(incident)
        return Done(result={"rendered": incident.last_seq})

    def _saw(self, incident: Incident) -> None:
        self._rendered.saw(incident.ref, incident.last_seq, _look(incident))


def _look(incident: Incident) -> int:
    """Differs when the message would."""
    return hash(tuple((a.alert_id, a.title, a.status, a.since) for a in incident.alerts.values()))
