"""Fill the roles that the team configured people or an escalation policy for."""

import asyncio

import structlog

from incident_bot.domain.decision import Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.needs import Assign, Directory
from incident_bot.slack.effects.on_call import OnCall, soon

log = structlog.get_logger(__name__)

WHAT = "fill the roles"


class FillRoles:
    """The handler of `fill_roles`. Never takes a role from somebody."""

    def __init__(self, people: Directory, on_call: OnCall, policy: Policy, assign: Assign) -> None:
        self._people = people
        self._on_call = on_call
        self._policy = policy
        self._assign = assign

    async def __call__(self, effect: Effect) -> Done:
        """Every free role gets the first of its people who is found, else who is on call."""
        incident = effect.incident
        if incident is None or incident.is_over:
            return Done()
        found = await asyncio.gather(
            *(self._candidate(incident, role) for role in self._policy.roles),
            return_exceptions=True,
        )
        filled: dict[str, str] = {}
        for role, person in zip(self._policy.roles, found, strict=True):
            if isinstance(person, Person) and await self._give(incident.ref, role.key, person):
                filled[role.key] = person.name
        if problem := next((one for one in found if isinstance(one, BaseException)), None):
            raise problem  # the other roles are filled; the next try finds only what is left
        return Done(result={"filled": filled})

    async def _give(self, ref: str, role: str, person: Person) -> bool:
        try:
            await self._assign(ref, role, person)
        except Refusal:
            return False  # somebody took it meanwhile: theirs it is
        return True

    async def _candidate(self, incident: Incident, role: Role) -> Person | None:
        if role.key in incident.roles:
            return None
        for name in role.people:
            if "@" not in name:
                return (await self._people.by_slack(name)).person
            if known := await self._people.by_email(name):
                return known.person
        if role.escalation_policy and (
            on_call := await soon(self._on_call(role.escalation_policy))
        ):
            return on_call[0].person
        if role.people or role.escalation_policy:
            log.warning("nobody found for a role", ref=incident.ref, role=role.key)
        return None
