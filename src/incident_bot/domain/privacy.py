"""Who may know of an incident. A private one fails closed: who is not known to belong to it does
not, and is answered as if it did not exist.
"""

from collections.abc import Mapping

from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.permissions import READ_PRIVATE, is_group
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Standing


def may_know(incident: Incident, person: Person | None) -> bool:
    """True for everybody when it is public; else for those who belong to it and did not leave
    its room. Whoever asks in that room is in it: that is for the adapter to say."""
    if not incident.private:
        return True
    if person is None or person.slack_id in incident.left:
        return False
    return any(person.is_surely(member) for member in incident.members)


def reads_private(person: Person | None, groups: Mapping[str, Standing], policy: Policy) -> bool:
    """True for those whom `permissions.private` names: they may know every private incident.
    A group of which nothing is known lets nobody in."""
    named = policy.permissions.get(READ_PRIVATE, ())
    return person is not None and any(
        groups.get(name) is Standing.MEMBER if is_group(name) else name == person.slack_id
        for name in named
    )
