"""Which incident a command is about, found under the locks of the transaction that decides it."""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy, Route
from incident_bot.store import Unit


async def incident_of(unit: Unit, policy: Policy, command: c.Command, ref: str | None) -> Incident:
    """The incident that a command is about; a blank one when it is to be opened.

    An alert finds the incident that it belongs to, else the open one of its group. Raises Refusal
    when there is no such incident.
    """
    match command:
        case c.Declare():
            return Incident(ref=await unit.next_ref())
        case c.ShowHome():
            return Incident(ref="")
        case c.AlertTriggers(alert=alert):
            route = policy.route(alert)
            opens = route is not None and route.then == "open"
            return await _of_alert(unit, alert, route if opens else None)
        case c.OpenForAlert(alert=alert):
            return await _of_alert(unit, alert, policy.route_or_default(alert))
        case (
            c.AlertAcknowledges(alert_id=alert_id)
            | c.AlertResolves(alert_id=alert_id)
            | c.AlertAnnotates(alert_id=alert_id)
            | c.AlertHappens(alert_id=alert_id)
        ):
            ref = await unit.ref_of_alert(alert_id)
            if ref is None:
                raise Refusal("No incident of ours has this alert.")
    if ref is None:
        raise Refusal("Which incident? Example: `/incident INC-1 status`.")
    return await _known(unit, ref)


async def _known(unit: Unit, ref: str) -> Incident:
    known = await unit.incident(ref)
    if known is None:
        raise Refusal(f"There is no {ref}. See the open ones with `/incident list`.")
    return known


async def _of_alert(unit: Unit, alert: c.AlertSeen, route: Route | None) -> Incident:
    """Where an alert belongs; a blank incident, with a number if `route` is to open it."""
    joined = await _joined(unit, alert, route)
    if joined is not None or route is None:
        return joined or Incident(ref="")
    ref = await unit.next_ref()
    # From here on nobody else can open one. Somebody may have, while we waited for the number.
    return await _joined(unit, alert, route) or Incident(ref=ref)


async def _joined(unit: Unit, alert: c.AlertSeen, route: Route | None) -> Incident | None:
    ref = await unit.ref_of_alert(alert.alert_id)
    if ref is not None:
        return await _known(unit, ref)
    group = route.group_of(alert) if route is not None else None
    ref = await unit.ref_of_open_group(group) if group is not None else None
    if ref is None:
        return None
    incident = await _known(unit, ref)
    return None if incident.is_over else incident  # resolved while we waited for it
