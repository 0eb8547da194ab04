"""Who took part, and who approved."""

from collections.abc import Sequence

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import Line, in_force, whose
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Role
from incident_bot.postmortem.clock import utc
from incident_bot.postmortem.draft import Approval, Attendee, Noted
from incident_bot.postmortem.escape import flat


class _Guests:
    """People without doubles, with what they did, in the order of their coming."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.what: list[list[str]] = []

    def add(self, person: Person, *what: str) -> None:
        """Note a person once more; a fuller description of them replaces a poorer one."""
        for i, known in enumerate(self.people):
            if known.is_same(person):
                if person.handle and not known.handle:
                    self.people[i] = person
                self.what[i].extend(w for w in what if w and w not in self.what[i])
                return
        self.people.append(person)
        self.what.append([w for w in what if w])

    def note(self, name: str, what: str) -> None:
        """Somebody typed a name: one of the known by name or handle, else a new guest."""
        typed = flat(name)
        for i, person in enumerate(self.people):
            if typed.casefold() in {
                person.name.casefold(),
                f"@{person.handle}".casefold(),
                f"{person.name} (@{person.handle})".casefold(),
            }:
                if what.strip():  # their own words, instead of what the roles say
                    self.what[i] = [flat(what)]
                return
        self.add(Person(name=typed.removeprefix("@")), flat(what))


def attendees(
    journal: Sequence[e.Entry],
    incident: Incident,
    roles: Sequence[Role],
    notes: Sequence[Noted],
) -> tuple[Attendee, ...]:
    """Who held a role, wrote an entry or was invited, and whom notes name; each person once."""
    lines = in_force(journal)
    held: dict[str, list[Person]] = {}
    for line in lines:
        if isinstance(line.entry.body, e.RoleAssigned) and line.entry.body.holder:
            held.setdefault(line.entry.body.role, []).append(line.entry.body.holder)
    guests = _Guests()
    names = {role.key: role.name for role in roles}
    for key in (*names, *(key for key in held if key not in names)):
        for person in held.get(key, ()):
            guests.add(person, flat(names.get(key, key)))
    for line in lines:
        if line.entry.actor.person is not None:
            guests.add(line.entry.actor.person)
        author = whose(line.entry).person
        if author is not None and (author.slack_id or author.pagerduty_id):  # an app took no part
            guests.add(author)
    for person in incident.invited:
        guests.add(person)
    for note in notes:
        guests.note(note.headline, note.details)
    return tuple(
        Attendee(flat(person.name), tuple(what))
        for person, what in zip(guests.people, guests.what, strict=True)
    )


def ic_approval(approvals: Sequence[Line], incident: Incident) -> Line | None:
    """The last approval by who is Incident Commander now."""
    if incident.ic is None:
        return None
    own = [line for line in approvals if incident.ic.is_same(line.entry.actor.person)]
    return own[-1] if own else None


def approvals(
    lines: Sequence[Line], incident: Incident, roles: Sequence[Role]
) -> tuple[Approval, ...]:
    """Each capacity's last approval, in order of time; the IC's place is always there, first."""
    of_ic = ic_approval(lines, incident)
    commander = next((role.name for role in roles if role.key == "ic"), "Incident Commander")
    found: dict[tuple[str, str], Approval] = {}
    for line in lines:
        body, person = line.entry.body, line.entry.actor.person
        title = flat(body.title) if isinstance(body, e.Approved) else ""
        holder_of = incident.roles.get
        holds = [r.name for r in roles if person and person.is_same(holder_of(r.key))]
        capacity = title or ", ".join(holds) or "Participant"
        name = flat(line.entry.actor.name)
        found.pop((capacity, name), None)
        found[capacity, name] = Approval(capacity, name, utc(line.entry.occurred_at).date())
        if line is of_ic:
            first = (capacity, name)
    rest = list(found.values())
    if of_ic is None:
        name = flat(incident.ic.name) if incident.ic else "not assigned"
        return (Approval(commander, name, None), *rest)
    return (found[first], *(approval for key, approval in found.items() if key != first))
