"""A role changes hands only when who is asked says yes; until then its holder holds."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, NewEntry, Refusal, Reply, Sentence
from incident_bot.domain.decisions import telling
from incident_bot.domain.decisions.common import (
    invite_newcomer,
    moment,
    must_exist,
    refresh,
    say,
)
from incident_bot.domain.handover import Offer
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import IC


def offer(incident: Incident, command: c.OfferRole, policy: Policy, now: datetime) -> Decision:
    """Ask somebody. A new offer takes the place of an older one for the same role."""
    must_exist(incident)
    role, to = _meant(incident, command, policy), command.to
    if incident.is_over:
        name = policy.status_name(incident.status)
        raise Refusal(
            f"{incident.ref} is {name}, so there is nothing to hand over. "
            f"To give the role all the same: `/incident role {role.key} @bob`."
        )
    holder = incident.roles.get(role.key)
    if holder is None:
        raise Refusal(
            f"Nobody is {role.name}, so there is nothing to hand over. "
            f"To give the role: `/incident role {role.key} @bob`."
        )
    if to.is_same(holder):
        raise Refusal(to, f" already is {role.name}.")
    if to.is_same(command.actor.person):
        raise Refusal(
            holder, f" is {role.name}. To take it over yourself: `/incident role {role.key} me`."
        )
    if not to.slack_id:
        raise Refusal(to, " has no Slack account here, so I cannot ask. Please ask another way.")
    seq, before = incident.last_seq + 1, incident.offers.get(role.key)
    body = e.HandoverOffered(role=role.key, to=to)
    sentence: Sentence = (
        *(to, f" is being asked in a direct message to take over as {role.name}. Until then "),
        *(holder, f" stays {role.name}."),
    )
    if before is not None and not before.to.is_same(to):
        sentence = (*sentence, " ", before.to, " is not asked any more.")
    if others := _others_of(incident, command.actor.person, role, policy):
        also = f"`/incident handover @{to.handle or 'bob'} {others[0].key}`"
        sentence = (*sentence, f"\nYou also are {_and(others)}: {also} hands that over too.")
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        jobs=(
            *invite_newcomer(incident, seq, to),
            *telling.answered(incident, role.key, seq),
            *telling.brief(incident, seq, role, to),
        ),
        reply=Reply(sentence),
    )


def withdraw(
    incident: Incident, command: c.WithdrawOffer, policy: Policy, now: datetime
) -> Decision:
    """Nobody is asked any more."""
    must_exist(incident)
    open_ones = [command.role] if command.role else list(incident.offers)
    if len(open_ones) > 1:
        example = f"`/incident handover none {open_ones[0]}`"
        raise Refusal(f"Several people are asked to take over. Name the role: {example}")
    asked = incident.offers.get(open_ones[0]) if open_ones else None
    if asked is None:
        raise Refusal("Nobody is asked to take over now, so there is nothing to withdraw.")
    role = _role(open_ones[0], policy)
    body = e.HandoverDeclined(role=role.key, offer=asked.seq, withdrawn=True)
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        jobs=telling.answered(incident, role.key, incident.last_seq + 1),
        reply=Reply((asked.to, f" is not asked any more to take over as {role.name}.")),
    )


def accept(incident: Incident, command: c.AcceptOffer, policy: Policy, now: datetime) -> Decision:
    """Who was asked takes the role over; the room is told, and nothing more in private."""
    role, asked = _open(incident, command, policy)
    seq, ref, to = incident.last_seq + 1, incident.ref, asked.to
    body = e.RoleAssigned(role=role.key, holder=to, handed_over_by=asked.by)
    told = (to, f" is now {role.name} (handed over by ", asked.by, ").")
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        jobs=(
            *invite_newcomer(incident, seq, to),
            say(ref, seq, told),
            *telling.answered(incident, role.key, seq),
            *refresh(incident, seq, headline=True),
        ),
        reply=Reply((f"You are now {role.name} of {ref}.",), public=False),
    )


def decline(incident: Incident, command: c.DeclineOffer, policy: Policy, now: datetime) -> Decision:
    """The holder stays, and the room is told."""
    role, asked = _open(incident, command, policy)
    seq, ref, holder = incident.last_seq + 1, incident.ref, incident.roles.get(role.key)
    body = e.HandoverDeclined(role=role.key, offer=asked.seq)
    stays: Sentence = (holder, f" stays {role.name}.") if holder else ()
    told = (asked.to, f" cannot take over as {role.name} now. ", *stays)
    example = f" Ask somebody else: `/incident handover @bob {role.key}`"
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        jobs=(
            say(ref, seq, (*told, example)),
            *telling.answered(incident, role.key, seq),
        ),
        reply=Reply(("You said no, and the room is told. ", *stays), public=False),
    )


def _open(
    incident: Incident, command: c.AcceptOffer | c.DeclineOffer, policy: Policy
) -> tuple[Role, Offer]:
    """The role and the offer that is answered, if it is still open and the actor's to answer."""
    must_exist(incident)
    role, asked = _role(command.role, policy), incident.offers.get(command.role)
    holder, me = incident.roles.get(role.key), command.actor.person
    if incident.is_over:
        name = policy.status_name(incident.status)
        raise Refusal(f"{incident.ref} is {name} meanwhile: there is nothing to take over.")
    if holder is not None and holder.is_surely(me):
        raise Refusal(f"You are {role.name} of {incident.ref} already.")
    if asked is None or asked.seq != command.offer:
        if asked is not None and asked.to.is_surely(me):
            raise Refusal("You were asked again after this. Please answer the newer message.")
        now = (" ", holder, f" is {role.name}.") if holder else (f" Nobody is {role.name}.",)
        raise Refusal(
            "This question is not open any more.",
            *now,
            f" To take over all the same: `/incident {incident.ref} role {role.key} me`",
        )
    if not asked.to.is_surely(me):
        raise Refusal("Only ", asked.to, " was asked, and only they can answer.")
    return role, asked


def _meant(incident: Incident, command: c.OfferRole, policy: Policy) -> Role:
    """The role named, else the one that the actor has; of several, Incident Commander."""
    if command.role is not None:
        return _role(command.role, policy)
    mine = _roles_of(incident, command.actor.person, policy)
    if len(mine) == 1:
        return mine[0]
    if commanding := [role for role in mine if role.key == IC]:
        return commanding[0]
    if mine:
        example = f"`/incident handover @bob {mine[0].key}`"
        raise Refusal(f"You are {_and(mine)}. Which one do you hand over? Example: {example}")
    raise Refusal(
        f"You have no role in {incident.ref} that you could hand over. To ask somebody to take "
        f"over another's role, name it: `/incident handover @bob {IC}`."
    )


def _role(key: str, policy: Policy) -> Role:
    role = policy.role(key)
    if role is None:
        known = ", ".join(f"`{r.key}`" for r in policy.roles)
        raise Refusal(
            f"There is no role `{key}`. The roles are {known}. Example: `/incident handover @bob`."
        )
    return role


def _roles_of(incident: Incident, person: Person | None, policy: Policy) -> list[Role]:
    return [
        role
        for role in policy.roles
        if (holder := incident.roles.get(role.key)) is not None and holder.is_same(person)
    ]


def _others_of(incident: Incident, person: Person | None, role: Role, policy: Policy) -> list[Role]:
    """What else whoever hands over a role of theirs has to do."""
    mine = _roles_of(incident, person, policy)
    return [other for other in mine if other.key != role.key] if role in mine else []


def _and(roles: list[Role]) -> str:
    *first, last = (role.name for role in roles)
    return f"{', '.join(first)} and {last}" if first else last
