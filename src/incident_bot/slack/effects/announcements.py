"""Tell everybody: one message per incident in the announcement channel. Never a private one."""

from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect, GiveUp, Later
from incident_bot.slack.effects.latest import Latest
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.posting import edit, post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.lookup import Lookup
from incident_bot.slack.views.announcement import alert_announcement, announcement

ANNOUNCE = "announce the incident"
UPDATE = "update the announcement"
ANNOUNCE_ALERT = "announce the alert"


class Announcements:
    """The handlers of `announce`, `update_announcement` and `announce_alert`."""

    def __init__(self, gateway: Gateway, lookup: Lookup, memory: Memory, policy: Policy) -> None:
        self._gateway = gateway
        self._lookup = lookup
        self._memory = memory
        self._policy = policy
        self._rendered = Latest()

    async def announce(self, effect: Effect) -> Done:
        """`announce`: result {} when there is no channel to announce in."""
        incident = the_incident(effect)
        channel = await self._channel()
        if channel is None or incident.private:
            return Done()
        text, blocks = announcement(incident, self._policy)
        posted = await post_once(
            self._gateway, channel, effect.job.key, text, blocks, again=effect.again, join=True
        )
        if not effect.again:
            self._rendered.saw(incident.ref, incident.last_seq)
        return Done(result=posted)

    async def update(self, effect: Effect) -> Done:
        """`update_announcement`: nothing to do when this entry is shown already."""
        incident, seq = the_incident(effect), int(effect.args["seq"])
        if incident.private or (self._rendered.of(incident.ref)) >= seq:
            return Done()
        posted = await self._memory.result(f"{incident.ref}/announce")
        if posted is None:
            raise Later("the incident is not announced yet")
        if "ts" not in posted:
            return Done()
        text, blocks = announcement(incident, self._policy)
        if gone := await edit(self._gateway, posted, text, blocks):
            return Done(result={"gone": gone})
        self._rendered.saw(incident.ref, incident.last_seq)
        return Done(result={"rendered": incident.last_seq})

    async def announce_alert(self, effect: Effect) -> Done:
        """`announce_alert`: an alert that opened no room, with the button that opens one."""
        channel = await self._channel()
        if channel is None:
            return Done()
        alert_id = str(effect.args["alert_id"])
        alert = await self._memory.alert(alert_id)
        if alert is None:
            raise GiveUp(f"I could not {ANNOUNCE_ALERT}: nothing is known of {alert_id}.")
        text, blocks = alert_announcement(alert)
        posted = await post_once(
            self._gateway, channel, effect.job.key, text, blocks, again=effect.again, join=True
        )
        return Done(result=posted)

    async def _channel(self) -> str | None:
        name = self._policy.announcement_channel
        return await self._lookup.channel(name) if name else None
