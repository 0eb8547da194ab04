"""How an incident changes, and which webhook events tell of it."""

from __future__ import annotations

from typing import Any

from .account import SUBDOMAIN, Account, PagerDutyError, invalid

JSON = dict[str, Any]
Event = tuple[str, JSON]
"""A webhook's event type and its data."""

FIELDS = {
    "id", "type", "status", "priority", "resolution", "title", "escalation_level", "assignments",
    "incident_type", "escalation_policy", "urgency", "conference_bridge", "service",
}  # fmt: skip


def key_of(reference: Any) -> str:
    """The id in a reference that was sent; 400 when it is none."""
    if not isinstance(reference, dict) or not isinstance(reference.get("id"), str):
        raise invalid("A reference needs id and type")
    return str(reference["id"])


def assignees(account: Account, assignments: Any) -> list[JSON]:
    """The people in `assignments`; 400 when one does not exist."""
    if not isinstance(assignments, list):
        raise invalid("Assignments must be a list")
    found = []
    for item in assignments:
        person = account.users.get(key_of(item.get("assignee") if isinstance(item, dict) else None))
        if person is None:
            raise invalid("Assignee does not exist")
        found.append(person)
    return found


def webhook_incident(account: Account, incident: JSON) -> JSON:
    """The incident as webhooks carry it, which is not as REST shows it."""
    priority = incident["priority"]
    shown = account.reference(priority)
    if shown is not None:
        shown["html_url"] = f"{SUBDOMAIN}/account/incident_priorities"
    return {
        "id": incident["id"],
        "type": "incident",
        "self": incident["self"],
        "html_url": incident["html_url"],
        "number": incident["incident_number"],
        "status": incident["status"],
        "incident_key": incident["incident_key"],
        "created_at": incident["created_at"],
        "reopened_at": incident.get("reopened_at"),
        "title": incident["title"],
        "incident_type": incident["incident_type"],
        "service": incident["service"],
        "assignees": [a["assignee"] for a in incident["assignments"]],
        "escalation_policy": incident["escalation_policy"],
        "teams": incident["teams"],
        "priority": shown,
        "urgency": incident["urgency"],
        "conference_bridge": incident["conference_bridge"],
        "resolve_reason": incident["resolve_reason"],
    }


def short(account: Account, incident: JSON) -> JSON:
    """The incident reference inside other webhook data; its summary is the bare title."""
    return {**(account.reference(incident) or {}), "summary": incident["title"]}


def change(
    account: Account, incident: JSON, wanted: JSON, by: JSON | None, at: str
) -> list[Event]:  # fmt: skip
    """Apply the fields of a PUT; the events that result, in order.

    Raises PagerDutyError (400) for unknown fields or values, and for any change of a
    resolved incident that is not a reopening.
    """
    unknown = sorted(set(wanted) - FIELDS)
    if unknown:
        raise invalid(*(f"{name} is not an incident field" for name in unknown))
    if incident["status"] == "resolved" and wanted.get("status") not in (
        "triggered", "acknowledged",
    ):  # fmt: skip
        raise PagerDutyError(
            400, "Incident Already Resolved", 2001, "Incident Already Resolved"
        )  # fmt: skip
    if wanted.get("urgency") not in (None, "high", "low"):
        raise invalid("Urgency must be high or low")
    if wanted.get("status") not in (None, "triggered", "acknowledged", "resolved"):
        raise invalid("Status must be triggered, acknowledged or resolved")
    names: list[str] = []
    if "priority" in wanted:
        incident["priority"] = account.priority(wanted["priority"])
        account.log(incident, "priority_change", "Priority changed", by, at)
        names.append("incident.priority_updated")
    for name in ("title", "urgency"):
        if wanted.get(name) and wanted[name] != incident[name]:
            incident[name] = wanted[name]
            account.log(incident, f"{name}_change", f"{name.title()} changed", by, at)
            names.append(f"incident.{name}_updated")
    if "title" in wanted:
        incident["summary"] = f"[#{incident['incident_number']}] {incident['title']}"
    names += _hand_over(account, incident, wanted, by, at)
    names += _status(account, incident, wanted, by, at)
    incident["updated_at"] = at
    events = [(name, webhook_incident(account, incident)) for name in names]
    if wanted.get("conference_bridge"):
        events.append(_bridge(account, incident, wanted["conference_bridge"]))
    return events


def _hand_over(
    account: Account, incident: JSON, wanted: JSON, by: JSON | None, at: str
) -> list[str]:  # fmt: skip
    names = []
    if wanted.get("service"):
        service = account.services.get(key_of(wanted["service"]))
        if service is None:
            raise invalid("Service does not exist")
        incident["service"] = account.reference(service)
        names.append("incident.service_updated")
    if wanted.get("escalation_policy"):
        policy = account.escalation_policies.get(key_of(wanted["escalation_policy"]))
        if policy is None:
            raise invalid("Escalation policy does not exist")
        incident["escalation_policy"] = account.reference(policy)
        names.append("incident.escalated")
    if wanted.get("escalation_level"):
        level, policy_id = wanted["escalation_level"], incident["escalation_policy"]["id"]
        rules = account.escalation_policies[policy_id]["escalation_rules"]
        if not isinstance(level, int) or not 1 <= level <= len(rules):
            raise invalid("Escalation level does not exist")
        targets = rules[level - 1]["targets"]
        incident["assignments"] = [{"at": at, "assignee": target} for target in targets]
        account.log(incident, "escalate", "Escalated", by, at, assignees=targets)
        names.append("incident.escalated")
    if "assignments" in wanted:
        people = assignees(account, wanted["assignments"])
        if not people:
            raise invalid("Assignments must not be empty")
        references = [account.reference(person) for person in people]
        incident["assignments"] = [{"at": at, "assignee": a} for a in references]
        account.log(incident, "assign", "Reassigned", by, at, assignees=references)
        names.append("incident.reassigned")
    return names


def _status(
    account: Account, incident: JSON, wanted: JSON, by: JSON | None, at: str
) -> list[str]:  # fmt: skip
    status, old = wanted.get("status"), incident["status"]
    if status is None or (status == old and status != "acknowledged"):
        return []
    incident |= {
        "status": status,
        "last_status_change_at": at,
        "last_status_change_by": account.reference(by) or incident["service"],
    }
    names = []
    if old == "resolved":
        incident |= {"resolved_at": None, "resolve_reason": None, "reopened_at": at}
        account.log(incident, "reopen", "Reopened", by, at)
        names.append("incident.reopened")
    acknowledgement = [{"at": at, "acknowledger": account.reference(by)}] if by else []
    match status:
        case "acknowledged":
            incident["acknowledgements"] = [*incident["acknowledgements"], *acknowledgement]
            account.log(incident, "acknowledge", "Acknowledged", by, at)
            names.append("incident.acknowledged")
        case "resolved":
            incident |= {"resolved_at": at, "assignments": [], "acknowledgements": []}
            incident["alert_counts"] = {"all": 1, "triggered": 0, "resolved": 1}
            for alert in account.alerts.get(incident["id"], []):
                alert["status"] = "resolved"
            more = {"channel": {"type": "note", "summary": wanted["resolution"]}} if (
                wanted.get("resolution")) else {}  # fmt: skip
            account.log(incident, "resolve", "Resolved", by, at, **more)
            names.append("incident.resolved")
        case _ if old == "acknowledged":
            incident["acknowledgements"] = []
            account.log(incident, "unacknowledge", "Unacknowledged", by, at)
            names.append("incident.unacknowledged")
    return names


def _bridge(account: Account, incident: JSON, bridge: JSON) -> Event:
    incident["conference_bridge"] = bridge
    number = bridge.get("conference_number")
    return "incident.conference_bridge.updated", {
        "incident": short(account, incident),
        "conference_numbers": [{"label": "", "number": number}] if number else [],
        "conference_url": bridge.get("conference_url"),
        "type": "incident_conference_bridge",
    }


def merge(
    account: Account, incident: JSON, sources: list[JSON], by: JSON | None, at: str
) -> list[Event]:
    """Merge other incidents into this one: their alerts move over, and they are resolved."""
    events: list[Event] = []
    for source in sources:
        account.alerts[incident["id"]] += account.alerts.pop(source["id"], [])
        account.log(incident, "merge", f"Merged {source['summary']}", by, at)
        if source["status"] != "resolved":
            events += change(account, source, {"status": "resolved"}, by, at)
        source["resolve_reason"] = {
            "type": "merge_resolve_reason",
            "incident": account.reference(incident),
        }
    return events


def annotate(account: Account, incident: JSON, content: str, by: JSON, at: str) -> Event:
    """Add a note; its webhook trims what is longer than 2,000 characters."""
    key = account.new_id()
    note = {
        "id": key,
        "user": account.reference(by),
        "channel": {"summary": "The PagerDuty website or APIs"},
        "content": content,
        "created_at": at,
        "updated_at": at,
    }
    account.notes.setdefault(incident["id"], []).append(note)
    account.log(
        incident, "annotate", "Note added", by, at, channel={"type": "note", "summary": content}
    )
    return "incident.annotated", {
        "incident": short(account, incident),
        "id": key,
        "content": content[:2000],
        "trimmed": len(content) > 2000,
        "type": "incident_note",
    }


def status_update(
    account: Account, incident: JSON, message: str, by: JSON, at: str, subject: str | None = None
) -> Event:
    """Publish a status update."""
    key = account.new_id()
    update = {"id": key, "message": message, "sender": account.reference(by), "created_at": at,
              "subject": subject, "html_message": None}  # fmt: skip
    account.status_updates.setdefault(incident["id"], []).append(update)
    account.log(incident, "status_update", "Status update", by, at, message=message)
    return "incident.status_update_published", {
        "incident": short(account, incident),
        "id": key,
        "message": message[:2000],
        "trimmed": len(message) > 2000,
        "type": "incident_status_update",
    }


def responder(
    account: Account, incident: JSON, user: JSON, message: str, state: str, policy: JSON | None
) -> JSON:
    """The webhook data that tells of a responder who was asked or has answered."""
    return {
        "incident": short(account, incident),
        "user": account.reference(user),
        "escalation_policy": account.reference(policy),
        "message": message,
        "state": state,
        "type": "incident_responder",
    }
