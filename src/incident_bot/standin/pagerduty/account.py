"""What a PagerDuty account holds: people, services, policies, incidents. No HTTP here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

JSON = dict[str, Any]
SUBDOMAIN = "https://standin.pagerduty.com"
PRIORITIES = (
    ("P1", "Critical: customers cannot use the product"),
    ("P2", "Major: many customers affected"),
    ("P3", "Moderate: some customers affected"),
    ("P4", "Minor"),
    ("P5", "Cosmetic"),
)
_HAPPENS = (
    *("acknowledged", "annotated", "delegated", "escalated", "priority_updated", "reassigned"),
    *("reopened", "resolved", "responder.added", "responder.replied", "status_update_published"),
    *("triggered", "unacknowledged"),
)
EVENTS = [f"incident.{what}" for what in _HAPPENS]
PLURALS = {
    "user": "users",
    "service": "services",
    "escalation_policy": "escalation_policies",
    "schedule": "schedules",
    "priority": "priorities",
    "incident": "incidents",
    "team": "teams",
}


class PagerDutyError(Exception):
    """An error answer: HTTP status, PagerDuty's message, code and details."""

    def __init__(self, status: int, message: str, code: int, *errors: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.errors = list(errors)

    def body(self) -> JSON:
        """The answer's JSON."""
        error: JSON = {"message": self.message, "code": self.code}
        if self.errors:
            error["errors"] = self.errors
        return {"error": error}


def invalid(*errors: str) -> PagerDutyError:
    """400 Invalid Input Provided, with what is wrong."""
    return PagerDutyError(400, "Invalid Input Provided", 2001, *errors)


def not_found() -> PagerDutyError:
    """404 Not Found."""
    return PagerDutyError(404, "Not Found", 2100)


def stamp(at: datetime | None = None) -> str:
    """A time as REST writes it, in UTC, to the second; now when None.

    ValueError when `at` has no time zone.
    """
    moment = datetime.now(UTC) if at is None else at
    if moment.tzinfo is None:
        raise ValueError("give times with a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Account:
    """The account's objects by id, in the shape REST shows them."""

    def __init__(self) -> None:
        self.api_url = "https://api.pagerduty.com"
        self.users: dict[str, JSON] = {}
        self.services: dict[str, JSON] = {}
        self.escalation_policies: dict[str, JSON] = {}
        self.priorities: dict[str, JSON] = {}
        self.incidents: dict[str, JSON] = {}
        self.notes: dict[str, list[JSON]] = {}
        self.log_entries: dict[str, list[JSON]] = {}
        self.alerts: dict[str, list[JSON]] = {}
        self.status_updates: dict[str, list[JSON]] = {}
        self.responder_requests: dict[str, list[JSON]] = {}
        self.change_events: list[JSON] = []
        self.oncalls: list[JSON] = []
        self.abilities = ["teams", "urgencies", "incident_priorities", "coordinated_responding"]
        self.dropped_in_a_row = 0
        self.webhook_url = ""
        self.subscription: JSON = {
            "id": "PSTANDIN",
            "type": "webhook_subscription",
            "active": True,
            "delivery_method": {
                "id": "PDELIVER",
                "type": "http_delivery_method",
                "url": "",
                "secret": None,
                "temporarily_disabled": False,
                "custom_headers": [],
            },
            "description": "Incident Bot",
            "events": list(EVENTS),
            "filter": {"id": None, "type": "account_reference"},
        }
        self._count = 0
        for name, description in PRIORITIES:
            made = self._object("priority", name, name=name, description=description)
            self.priorities[made["id"]] = made

    def new_id(self, prefix: str = "P") -> str:
        """A fresh id such as P00A0001."""
        self._count += 1
        return f"{prefix}{0xA0000 + self._count:07X}"

    def _object(self, kind: str, summary: str, **fields: Any) -> JSON:
        key = self.new_id()
        plural = PLURALS[kind]
        return {
            "id": key,
            "type": kind,
            "summary": summary,
            "self": f"{self.api_url}/{plural}/{key}",
            "html_url": f"{SUBDOMAIN}/{plural}/{key}",
            **fields,
        }

    def reference(self, item: JSON | None) -> JSON | None:
        """A `…_reference` to an object; None for None."""
        if item is None:
            return None
        kind = item["type"].removesuffix("_reference")
        shown = {k: item.get(k) for k in ("id", "summary", "self", "html_url")}
        return {**shown, "type": f"{kind}_reference"}

    def add_user(self, name: str, email: str, **fields: Any) -> JSON:
        """Add a person."""
        user = self._object(
            "user", name, name=name, email=email, time_zone="Etc/UTC", color="green", role="user",
            avatar_url="", description="", invitation_sent=False, job_title="", teams=[],
            contact_methods=[], notification_rules=[], **fields,
        )  # fmt: skip
        self.users[user["id"]] = user
        return user

    def add_escalation_policy(self, name: str, on_call: Sequence[str] = ()) -> JSON:
        """Add a policy; each of the users `on_call` is one level, for good."""
        policy = self._object(
            "escalation_policy", name, name=name, num_loops=0, teams=[], services=[],
            on_call_handoff_notifications="if_has_services", escalation_rules=[],
        )  # fmt: skip
        for level, user in enumerate(on_call, 1):
            reference = self.reference(self.users[user])
            rule = {"id": self.new_id(), "escalation_delay_in_minutes": 30, "targets": [reference]}
            policy["escalation_rules"].append(rule)
            self.oncalls.append({
                "user": reference,
                "schedule": None,
                "escalation_policy": self.reference(policy),
                "escalation_level": level,
                "start": None,
                "end": None,
            })  # fmt: skip
        self.escalation_policies[policy["id"]] = policy
        return policy

    def add_service(self, name: str, policy: JSON) -> JSON:
        """Add a service with its escalation policy."""
        service = self._object(
            "service", name, name=name, description="", created_at=stamp(), status="active",
            auto_resolve_timeout=14400, acknowledgement_timeout=600, teams=[], integrations=[],
            alert_creation="create_alerts_and_incidents",
            incident_urgency_rule={"type": "constant", "urgency": "high"},
            escalation_policy=self.reference(policy),
        )  # fmt: skip
        self.services[service["id"]] = service
        policy["services"].append(self.reference(service))
        return service

    def priority(self, value: Any) -> JSON | None:
        """A priority by object, id or name; None for None."""
        if value is None:
            return None
        wanted = value.get("id") if isinstance(value, dict) else value
        for item in self.priorities.values():
            if wanted in (item["id"], item["name"]):
                return item
        raise invalid("Priority does not exist")

    def user_by_email(self, email: str | None) -> JSON | None:
        """The person with this e-mail address, in any case."""
        wanted = (email or "").strip().lower()
        return next((u for u in self.users.values() if u["email"].lower() == wanted), None)

    def incident(self, key: str) -> JSON:
        """An incident by id (or number); 404 when there is none."""
        found = self.incidents.get(key)
        if found is None:
            found = next(
                (i for i in self.incidents.values() if str(i["incident_number"]) == key), None
            )
        if found is None:
            raise not_found()
        return found

    def new_incident(
        self,
        service: JSON,
        title: str,
        at: str,
        *,
        urgency: str = "high",
        assignees: Sequence[JSON] = (),
        priority: JSON | None = None,
        incident_key: str | None = None,
        details: Any = None,
        key: str | None = None,
    ) -> JSON:
        """Add a triggered incident with its first log entry and its alert."""
        number = len(self.incidents) + 1
        incident = self._object("incident", f"[#{number}] {title}")
        if key is not None:
            old, incident["id"] = incident["id"], key
            for name in ("self", "html_url"):
                incident[name] = incident[name].replace(old, key)
        incident |= {
            "incident_number": number,
            "title": title,
            "description": title,
            "created_at": at,
            "updated_at": at,
            "status": "triggered",
            "incident_key": incident_key or uuid.uuid4().hex,
            "service": self.reference(service),
            "assignments": [{"at": at, "assignee": self.reference(u)} for u in assignees],
            "assigned_via": "escalation_policy",
            "last_status_change_at": at,
            "last_status_change_by": self.reference(service),
            "resolved_at": None,
            "first_trigger_log_entry": None,
            "alert_counts": {"all": 1, "triggered": 1, "resolved": 0},
            "is_mergeable": True,
            "incident_type": {"name": "incident_default"},
            "escalation_policy": service["escalation_policy"],
            "teams": list(service["teams"]),
            "impacted_services": [self.reference(service)],
            "pending_actions": [],
            "acknowledgements": [],
            "priority": priority,
            "resolve_reason": None,
            "conference_bridge": None,
            "incidents_responders": [],
            "responder_requests": [],
            "urgency": urgency,
        }
        self.incidents[incident["id"]] = incident
        entry = self.log(incident, "trigger", "Triggered through the API", service, at)
        incident["first_trigger_log_entry"] = self.log_reference(entry)
        self.alerts[incident["id"]] = [self._alert(incident, details)]
        return incident

    def _alert(self, incident: JSON, details: Any) -> JSON:
        key = self.new_id("A")
        return {
            "id": key,
            "type": "alert",
            "summary": incident["title"],
            "self": f"{incident['self']}/alerts/{key}",
            "html_url": f"{SUBDOMAIN}/alerts/{key}",
            "created_at": incident["created_at"],
            "status": "triggered",
            "alert_key": incident["incident_key"],
            "service": incident["service"],
            "body": {"type": "alert_body", "contexts": [], "details": details or {}},
            "incident": {"id": incident["id"], "type": "incident_reference"},
            "suppressed": False,
            "severity": "critical" if incident["urgency"] == "high" else "warning",
            "integration": None,
        }

    def log(
        self, incident: JSON, kind: str, summary: str, agent: JSON | None, at: str, **more: Any
    ) -> JSON:
        """Append a log entry of type `<kind>_log_entry`."""
        key = self.new_id("R")
        entry = {
            "id": key,
            "type": f"{kind}_log_entry",
            "summary": summary,
            "self": f"{self.api_url}/log_entries/{key}?incident_id={incident['id']}",
            "html_url": f"{incident['html_url']}/log_entries/{key}",
            "created_at": at,
            "agent": self.reference(agent),
            "channel": {"type": "api"},
            "incident": self.reference(incident),
            "service": incident["service"],
            "teams": [],
            "contexts": [],
            "event_details": {},
            **more,
        }
        self.log_entries.setdefault(incident["id"], []).append(entry)
        return entry

    def log_reference(self, entry: JSON) -> JSON:
        """A reference to a log entry."""
        return self.reference(entry) or {}
