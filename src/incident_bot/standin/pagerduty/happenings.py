"""What happens in PagerDuty, and the webhooks that tell the bot of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..wire import Wire
from . import changes, webhooks
from .account import Account, stamp
from .catalogue import PING
from .webhooks import Delivery

JSON = dict[str, Any]


class Happenings(Wire):
    """An account that people and monitoring act in; each act is a signed V3 webhook."""

    def __init__(self, webhook_secret: str, bot_url: str, port: int) -> None:
        super().__init__(port)
        self.webhook_secret = webhook_secret
        self.bot_url = bot_url
        self.webhook_path = "/pagerduty/webhook"
        self.account = Account()
        self.deliveries: list[Delivery] = []

    @property
    def incidents(self) -> dict[str, JSON]:
        """Incidents by id."""
        return self.account.incidents

    def notes(self, incident: JSON | str) -> list[JSON]:
        """The notes of an incident, oldest first."""
        return self.account.notes.get(self._incident(incident)["id"], [])

    def add_user(self, name: str, email: str) -> JSON:
        """Add a person; `["id"]` is their id."""
        return self.account.add_user(name, email)

    def add_escalation_policy(self, name: str, on_call: Sequence[JSON | str] = ()) -> JSON:
        """Add a policy; each user on call is one level."""
        return self.account.add_escalation_policy(name, [_key(user) for user in on_call])

    def add_service(self, name: str, escalation_policy: JSON | str | None = None) -> JSON:
        """Add a service; without a policy it gets one of its own, with nobody on call."""
        if escalation_policy is None:
            escalation_policy = self.account.add_escalation_policy(f"{name} policy")
        policy = self.account.escalation_policies[_key(escalation_policy)]
        return self.account.add_service(name, policy)

    def add_change_event(self, service: JSON | str, summary: str, at: datetime) -> JSON:
        """Add a change event, such as a deploy, to a service."""
        event: JSON = {
            "id": self.account.new_id("01"),
            "type": "change_event",
            "summary": summary,
            "timestamp": stamp(at),
            "source": "stand-in",
            "integration": None,
            "services": [{"id": _key(service), "type": "service_reference"}],
            "custom_details": {},
            "links": [],
        }
        self.account.change_events.append(event)
        return event

    # What happens in PagerDuty

    async def trigger(
        self,
        service: JSON | str,
        title: str,
        *,
        urgency: str = "high",
        assignees: Sequence[JSON | str] | None = None,
        priority: JSON | str | None = None,
        details: Any = None,
        occurred_at: datetime | None = None,
        incident_key: str | None = None,
        id: str | None = None,
        event_id: str | None = None,
        webhook: bool = True,
    ) -> JSON:
        """Open an incident and send incident.triggered; the incident as REST shows it.

        Assignees default to the policy's first level. `webhook=False` loses the webhook.
        """
        account, found = self.account, self.account.services[_key(service)]
        if assignees is None:
            policy = account.escalation_policies[found["escalation_policy"]["id"]]
            rules = policy["escalation_rules"][:1]
            assignees = [target["id"] for rule in rules for target in rule["targets"]]
        incident = account.new_incident(
            found,
            title,
            stamp(occurred_at),
            urgency=urgency,
            assignees=[account.users[_key(user)] for user in assignees],
            priority=account.priority(priority),
            incident_key=incident_key,
            details=details,
            key=id,
        )
        if webhook:
            data = changes.webhook_incident(account, incident)
            agent = account.reference(found)
            await self.deliver("incident.triggered", data, event_id=event_id,
                               occurred_at=occurred_at, agent=agent)  # fmt: skip
        return incident

    async def change(
        self,
        incident: JSON | str,
        user: JSON | str | None = None,
        at: datetime | None = None,
        *,
        webhook: bool = True,
        **fields: Any,
    ) -> list[Delivery]:
        """Change an incident (the fields of PUT /incidents/{id}); the webhooks sent."""
        agent = self._user(user)
        found = self._incident(incident)
        events = changes.change(self.account, found, fields, agent, stamp(at))
        if not webhook:
            return []
        return [await self.tell(event, agent, at) for event in events]

    async def acknowledge(
        self, incident: JSON | str, user: JSON | str, at: datetime | None = None
    ) -> Delivery:
        """A person acknowledges."""
        return (await self.change(incident, user, at, status="acknowledged"))[-1]

    async def resolve(
        self, incident: JSON | str, user: JSON | str | None = None, at: datetime | None = None
    ) -> Delivery:
        """A person, or with None the monitoring, resolves."""
        return (await self.change(incident, user, at, status="resolved"))[-1]

    async def reopen(
        self, incident: JSON | str, user: JSON | str, at: datetime | None = None
    ) -> Delivery:
        """A person reopens a resolved incident."""
        return (await self.change(incident, user, at, status="triggered"))[-1]

    async def annotate(
        self, incident: JSON | str, user: JSON | str, text: str, at: datetime | None = None
    ) -> Delivery:
        """A person adds a note."""
        agent = self.account.users[_key(user)]
        found = self._incident(incident)
        event = changes.annotate(self.account, found, text, agent, stamp(at))
        return await self.tell(event, agent, at)

    async def reply(
        self,
        incident: JSON | str,
        user: JSON | str,
        state: str = "joined",
        message: str = "",
        at: datetime | None = None,
    ) -> Delivery:
        """A person who was asked to help answers: `joined` or `declined`."""
        agent = self.account.users[_key(user)]
        found = self._incident(incident)
        data = changes.responder(self.account, found, agent, message, state, None)
        return await self.tell(("incident.responder.replied", data), agent, at)

    def webhook_data(self, incident: JSON | str) -> JSON:
        """The incident as webhooks carry it, to be changed and sent with `deliver`."""
        return changes.webhook_incident(self.account, self._incident(incident))

    async def ping(self) -> Delivery:
        """The test event that `POST /webhook_subscriptions/{id}/ping` sends."""
        return await self.deliver("pagey.ping", dict(PING))

    # Webhooks

    async def deliver(
        self,
        event_type: str,
        data: JSON,
        *,
        event_id: str | None = None,
        webhook_id: str | None = None,
        occurred_at: datetime | None = None,
        agent: JSON | None = None,
        client: JSON | None = None,
        secrets: Sequence[str] | None = None,
        signature: str | None = None,
        raw: bytes | None = None,
    ) -> Delivery:
        """Send one webhook as told; `secrets` sign it (several: rotation), `signature` forges.

        `raw` replaces the body altogether.
        """
        event = webhooks.envelope(
            event_type, data, event_id=event_id, occurred_at=occurred_at, agent=agent, client=client
        )
        body = webhooks.encode(event) if raw is None else raw
        signed = webhooks.sign(body, [self.webhook_secret] if secrets is None else secrets)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "PagerDuty-Webhook/V3.0",
            "X-Webhook-Id": webhook_id or str(uuid.uuid4()),
            "X-Webhook-Subscription": self.account.subscription["id"],
            "X-PagerDuty-Signature": signed if signature is None else signature,
        }
        return await self._post(body, headers, event)

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Send a webhook again, byte for byte, under the same X-Webhook-Id."""
        return await self._post(delivery.sent, delivery.sent_headers, delivery.event)

    async def _post(self, body: bytes, headers: dict[str, str], event: JSON) -> Delivery:
        url = self.bot_url.rstrip("/") + self.webhook_path
        delivery = await webhooks.send(self.session, url, body, headers, event)
        self.deliveries.append(delivery)
        self._count_drops(delivery)
        return delivery

    def _count_drops(self, delivery: Delivery) -> None:
        """Three drops in a row mark the subscription disabled, as PagerDuty does for a day.

        The stand-in only marks it (see `disabled`); it goes on delivering what a test asks for.
        """
        account = self.account
        dropped = delivery.outcome == "dropped"
        account.dropped_in_a_row = account.dropped_in_a_row + 1 if dropped else 0
        if account.dropped_in_a_row >= 3:
            account.subscription["delivery_method"]["temporarily_disabled"] = True

    @property
    def disabled(self) -> bool:
        """Whether PagerDuty would by now have disabled the subscription."""
        return bool(self.account.subscription["delivery_method"]["temporarily_disabled"])

    async def tell(self, event: changes.Event, agent: JSON | None, at: datetime | None) -> Delivery:
        """Send the webhook of an event that has happened."""
        kind, data = event
        return await self.deliver(
            kind, data, occurred_at=at, agent=self.account.reference(agent)
        )  # fmt: skip

    def _incident(self, incident: JSON | str) -> JSON:
        return self.account.incidents[_key(incident)]

    def _user(self, user: JSON | str | None) -> JSON | None:
        return None if user is None else self.account.users[_key(user)]


def _key(item: JSON | str) -> str:
    return item if isinstance(item, str) else str(item["id"])
