"""V3 webhook payloads as PagerDuty sends them (shapes from its documentation)."""

from typing import Any

ALICE = {"id": "PALICE1", "type": "user_reference", "summary": "Alice Smith"}
BOB = {"id": "PBOB001", "type": "user_reference", "summary": "Bob Jones"}


def incident(alert_id: str = "PGR0VU2", **changes: Any) -> dict[str, Any]:
    """`data` of an incident event."""
    return {
        "id": alert_id,
        "type": "incident",
        "self": f"https://api.pagerduty.com/incidents/{alert_id}",
        "html_url": f"https://acme.pagerduty.com/incidents/{alert_id}",
        "number": 2,
        "status": "triggered",
        "incident_key": "d3640fbd41094207a1c11e58e46b1662",
        "created_at": "2025-10-27T14:20:00Z",
        "title": "High error rate on checkout",
        "service": {"id": "PSVC001", "type": "service_reference", "summary": "Checkout"},
        "assignees": [ALICE, BOB],
        "escalation_policy": {"id": "PEP0001", "summary": "Default"},
        "teams": [{"id": "PTEAM01", "summary": "Payments"}],
        "priority": {"id": "PPRIO01", "summary": "P1"},
        "urgency": "high",
        "conference_bridge": {"conference_number": None, "conference_url": None},
        "resolve_reason": None,
        **changes,
    }


def note(text: str, alert_id: str = "PGR0VU2") -> dict[str, Any]:
    """`data` of an annotation."""
    return {
        "incident": {"id": alert_id, "type": "incident_reference", "summary": "High error rate"},
        "id": "P2LA89X",
        "content": text,
        "trimmed": False,
        "type": "incident_note",
    }


def event(event_type: str, data: Any, **changes: Any) -> dict[str, Any]:
    """The whole payload."""
    return {
        "event": {
            "id": "01CH754SM17TWPE2V2H4VPBRO7",
            "event_type": event_type,
            "resource_type": event_type.split(".")[0],
            "occurred_at": "2025-10-27T14:20:05.123Z",
            "agent": None,
            "client": None,
            "data": data,
            **changes,
        }
    }
