"""The REST routes: each takes the account and a request, and answers JSON.

Handlers return (status, body, events); the events are those the change caused.
"""

from __future__ import annotations

from typing import Any

from . import catalogue, changes
from .account import Account, PagerDutyError, invalid, stamp
from .asking import Ask, Handler, Result, moment, page

JSON = dict[str, Any]


def list_incidents(account: Account, ask: Ask) -> Result:
    """GET /incidents: by statuses[], service_ids[], urgencies[], user_ids[], since, until."""
    statuses = ask.query.get("statuses[]", [])
    if set(statuses) - {"triggered", "acknowledged", "resolved"}:
        raise invalid("Statuses must be triggered, acknowledged or resolved")
    services, urgencies = ask.query.get("service_ids[]"), ask.query.get("urgencies[]")
    people, key = ask.query.get("user_ids[]"), ask.first("incident_key")
    found = []
    for incident in account.incidents.values():
        assigned = {a["assignee"]["id"] for a in incident["assignments"]}
        created = moment(incident["created_at"])
        if (
            (statuses and incident["status"] not in statuses)
            or (services and incident["service"]["id"] not in services)
            or (urgencies and incident["urgency"] not in urgencies)
            or (people and not assigned & set(people))
            or (key and incident["incident_key"] != key)
            or (ask.first("since") and created < moment(ask.first("since")))
            or (ask.first("until") and created >= moment(ask.first("until")))
        ):
            continue
        found.append(incident)
    if ask.first("sort_by") == "created_at:desc":
        found.reverse()
    return page(ask, "incidents", found)


def get_incident(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}."""
    return 200, {"incident": account.incident(ask.key)}, []


def create_incident(account: Account, ask: Ask) -> Result:
    """POST /incidents: 400 when an open incident of the service has the same incident_key."""
    wanted = ask.part("incident")
    if wanted.get("type") != "incident":
        raise invalid("Type must be incident")
    if not wanted.get("title"):
        raise invalid("Title is required")
    reference = wanted.get("service")
    service = account.services.get(reference.get("id", "")) if isinstance(reference, dict) else None
    if service is None:
        raise invalid("Service is required")
    if wanted.get("urgency", "high") not in ("high", "low"):
        raise invalid("Urgency must be high or low")
    key = wanted.get("incident_key")
    for other in account.incidents.values():
        if key and other["incident_key"] == key and other["status"] != "resolved":
            raise invalid("Open incident with matching dedup key already exists on this service")
    assignees = changes.assignees(account, wanted.get("assignments", []))
    incident = account.new_incident(
        service,
        wanted["title"],
        stamp(),
        urgency=wanted.get("urgency", "high"),
        assignees=assignees,
        priority=account.priority(wanted.get("priority")),
        incident_key=key,
        details=(wanted.get("body") or {}).get("details"),
    )
    event = ("incident.triggered", changes.webhook_incident(account, incident))
    return 201, {"incident": incident}, [event]


def update_incident(account: Account, ask: Ask) -> Result:
    """PUT /incidents/{id}."""
    incident, wanted = account.incident(ask.key), ask.part("incident")
    if wanted.get("type") not in ("incident", "incident_reference"):
        raise invalid("Type must be incident or incident_reference")
    events = changes.change(account, incident, wanted, ask.by, stamp())
    return 200, {"incident": incident}, events


def update_incidents(account: Account, ask: Ask) -> Result:
    """PUT /incidents: a list of changes, each with its id."""
    wanted = ask.body.get("incidents")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 250:
        raise invalid("incidents must have 1 to 250 items")
    found = []
    for item in wanted:
        if item.get("type") not in ("incident", "incident_reference") or not item.get("id"):
            raise invalid("Type and id are required")
        found.append((account.incident(item["id"]), item))
    events = []
    for incident, item in found:
        events += changes.change(account, incident, item, ask.by, stamp())
    return 200, {"incidents": [incident for incident, _ in found]}, events


def _sender(ask: Ask) -> JSON:
    if ask.by is None:
        raise PagerDutyError(400, "Requester User Not Found", 1008)
    return ask.by


def add_note(account: Account, ask: Ask) -> Result:
    """POST /incidents/{id}/notes."""
    incident, content = account.incident(ask.key), ask.part("note").get("content")
    if not isinstance(content, str) or not content.strip():
        raise invalid("Content is required")
    if len(content) > 25_000:
        raise invalid("Content is too long (maximum is 25000 characters)")
    event = changes.annotate(account, incident, content, _sender(ask), stamp())
    return 201, {"note": account.notes[incident["id"]][-1]}, [event]


def list_notes(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}/notes: newest first."""
    incident = account.incident(ask.key)
    return 200, {"notes": account.notes.get(incident["id"], [])[::-1]}, []


def list_log_entries(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}/log_entries: newest first."""
    entries = account.log_entries.get(account.incident(ask.key)["id"], [])
    return page(ask, "log_entries", entries[::-1])


def list_alerts(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}/alerts."""
    statuses = ask.query.get("statuses[]")
    alerts = account.alerts.get(account.incident(ask.key)["id"], [])
    return page(ask, "alerts", [a for a in alerts if not statuses or a["status"] in statuses])


def list_change_events(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}/related_change_events: those of the incident's service."""
    service = account.incident(ask.key)["service"]["id"]
    found = [
        {**e, "correlation_reason": {"reason": "related_service"}}
        for e in account.change_events
        if any(s["id"] == service for s in e["services"])
    ]
    return 200, {"change_events": found[::-1], "limit": None, "offset": None, "total": None,
                 "more": False}, []  # fmt: skip


def list_past_incidents(account: Account, ask: Ask) -> Result:
    """GET /incidents/{id}/past_incidents: earlier ones of the same service."""
    incident = account.incident(ask.key)
    limit = int(ask.first("limit", "5"))
    found = [
        {"incident": {k: other[k] for k in ("id", "created_at", "self", "title")}, "score": 40.0}
        for other in account.incidents.values()
        if other["service"]["id"] == incident["service"]["id"]
        and other["incident_number"] < incident["incident_number"]
    ]
    return 200, {"past_incidents": found[::-1][:limit], "total": len(found), "limit": limit}, []


def snooze(account: Account, ask: Ask) -> Result:
    """POST /incidents/{id}/snooze: `duration` in seconds, up to a week."""
    incident, duration = account.incident(ask.key), ask.body.get("duration")
    if not isinstance(duration, int) or not 1 <= duration <= 604_800:
        raise invalid("Duration must be between 1 and 604800")
    if incident["status"] != "acknowledged":
        changes.change(account, incident, {"status": "acknowledged"}, ask.by, stamp())
    account.log(incident, "snooze", "Snoozed", ask.by, stamp(), duration=duration)
    return 201, {"incident": incident}, []


def merge(account: Account, ask: Ask) -> Result:
    """PUT /incidents/{id}/merge."""
    incident, wanted = account.incident(ask.key), ask.body.get("source_incidents")
    if incident["status"] == "resolved":
        raise invalid("Cannot merge into a resolved incident")
    if not isinstance(wanted, list) or not wanted:
        raise invalid("source_incidents is required")
    sources = [account.incident(changes.key_of(reference)) for reference in wanted]
    events = changes.merge(account, incident, sources, ask.by, stamp())
    return 200, {"incident": account.reference(incident)}, events


def publish_status_update(account: Account, ask: Ask) -> Result:
    """POST /incidents/{id}/status_updates."""
    incident, message = account.incident(ask.key), ask.body.get("message")
    if not isinstance(message, str) or not message.strip():
        raise invalid("Message is required")
    subject = ask.body.get("subject")
    event = changes.status_update(account, incident, message, _sender(ask), stamp(), subject)
    return 200, {"status_update": account.status_updates[incident["id"]][-1]}, [event]


def request_responders(account: Account, ask: Ask) -> Result:
    """POST /incidents/{id}/responder_requests: 402 when the plan lacks it."""
    incident = account.incident(ask.key)
    if "coordinated_responding" not in account.abilities:
        lacking = "Account does not have the abilities to perform the action"
        raise PagerDutyError(402, lacking, 2012)
    requester = account.users.get(str(ask.body.get("requester_id")))
    message, wanted = str(ask.body.get("message") or ""), ask.body.get("responder_request_targets")
    if requester is None:
        raise invalid("Requester is required")
    if not message or not isinstance(wanted, list) or not wanted:
        raise invalid("Message and responder_request_targets are required")
    events, targets = [], []
    for item in wanted:
        target = item.get("responder_request_target") or {}
        kind = str(target.get("type")).removesuffix("_reference")
        people, policy = _targeted(account, kind, str(target.get("id")))
        responders = []
        for person in people:
            data = changes.responder(account, incident, person, message, "pending", policy)
            events.append(("incident.responder.added", data))
            responders.append({
                "state": "pending",
                "user": account.reference(person),
                "incident": account.reference(incident),
                "updated_at": stamp(),
                "message": message,
                "requester": account.reference(requester),
                "requested_at": stamp(),
            })  # fmt: skip
        incident["incidents_responders"] += responders
        shown = {"type": kind, "id": target["id"], "incidents_responders": responders}
        targets.append({"responder_request_target": shown})
    request = {
        "incident": account.reference(incident),
        "requester": account.reference(requester),
        "requested_at": stamp(),
        "message": message,
        "responder_request_targets": targets,
    }
    account.responder_requests.setdefault(incident["id"], []).append(request)
    account.log(incident, "responder_request", "Responders requested", requester, stamp())
    return 200, {"responder_request": request}, events


def _targeted(account: Account, kind: str, key: str) -> tuple[list[JSON], JSON | None]:
    if kind == "user" and key in account.users:
        return [account.users[key]], None
    policy = account.escalation_policies.get(key)
    if kind != "escalation_policy" or policy is None:
        raise invalid("Responder request target does not exist")
    rules = policy["escalation_rules"][:1]
    return [account.users[t["id"]] for rule in rules for t in rule["targets"]], policy


ROUTES: dict[str, Handler] = {
    "GET /incidents": list_incidents,
    "POST /incidents": create_incident,
    "PUT /incidents": update_incidents,
    "GET /incidents/{id}": get_incident,
    "PUT /incidents/{id}": update_incident,
    "GET /incidents/{id}/notes": list_notes,
    "POST /incidents/{id}/notes": add_note,
    "GET /incidents/{id}/log_entries": list_log_entries,
    "GET /incidents/{id}/alerts": list_alerts,
    "GET /incidents/{id}/related_change_events": list_change_events,
    "GET /incidents/{id}/past_incidents": list_past_incidents,
    "POST /incidents/{id}/snooze": snooze,
    "PUT /incidents/{id}/merge": merge,
    "POST /incidents/{id}/status_updates": publish_status_update,
    "POST /incidents/{id}/responder_requests": request_responders,
    "GET /oncalls": catalogue.list_oncalls,
    "GET /users": catalogue.list_users,
    "GET /users/{id}": catalogue.get_user,
    "GET /services": catalogue.list_services,
    "GET /services/{id}": catalogue.get_service,
    "GET /escalation_policies": catalogue.list_policies,
    "GET /escalation_policies/{id}": catalogue.get_policy,
    "GET /priorities": catalogue.list_priorities,
    "GET /abilities": catalogue.list_abilities,
    "GET /webhook_subscriptions": catalogue.list_subscriptions,
    "GET /webhook_subscriptions/{id}": catalogue.get_subscription,
    "POST /webhook_subscriptions/{id}/enable": catalogue.enable_subscription,
    "POST /webhook_subscriptions/{id}/ping": catalogue.ping_subscription,
}
NEEDS_FROM = {route for route in ROUTES if not route.startswith("GET ") and "/incidents" in route}
"""Routes that want a `From` header with a known e-mail address."""
