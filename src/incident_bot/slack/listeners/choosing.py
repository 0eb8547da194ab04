"""Which incident is meant: the one named, else the one whose war room this is, else we ask.

A private incident fails closed: outside its own room only those who are known to belong to it
can name it, and everybody else is answered as if it did not exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from incident_bot.domain import privacy
from incident_bot.domain.decision import Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.slack.grammar import Typed
from incident_bot.slack.grammar.words import in_code
from incident_bot.slack.listeners.needs import Reads
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.sentence import one_line, shorten

LISTED = 5


@dataclass(frozen=True)
class Chosen:
    """The incident, and the rest of the command without its reference."""

    incident: Incident | None
    rest: str


class Unclear(Refusal):
    """It is not clear which incident is meant. `choices`: a label and the whole command for each
    that it may be, likeliest first."""

    def __init__(self, sentence: str, choices: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.choices = choices


async def choose(
    typed: Typed,
    verb: VerbSpec,
    here: Incident | None,
    person: Person,
    store: Reads,
    *,
    reads_private: bool = False,
) -> Chosen:
    """Find the incident that a command is about. Raises Unclear, and Refusal for one out of
    reach."""
    if not verb.needs_room:
        return Chosen(None, typed.rest)
    ref, rest = typed.ref, typed.rest
    if ref is None and typed.after is not None:
        if here is None or verb.behind == "ref":
            ref, rest = typed.after, typed.rest_after
        elif verb.behind == "ask":
            if typed.after != here.ref:
                raise _doubtful(typed, verb, here)
            rest = typed.rest_after
    if ref is not None:
        incident = await named(ref, here, person, store, reads_private=reads_private)
        return Chosen(incident, rest)
    if here is not None:
        return Chosen(here, rest)
    raise await _which(typed, verb, store)


async def about(asked: Asked, ref: str) -> Asked:
    """The same request, about the incident of this reference, which a button, a form or a shortcut
    carries. Refusal as `named`."""
    incident = await named(
        ref.strip(),
        asked.here,
        asked.person.person,
        asked.service.store,
        reads_private=asked.reads_private,
    )
    return replace(asked, incident=incident)


async def named(
    ref: str,
    here: Incident | None,
    person: Person,
    store: Reads,
    *,
    reads_private: bool = False,
) -> Incident:
    """The incident of this reference, if the person may know of it; else Refusal, in the same
    words whether there is such an incident or not."""
    if here is not None and here.ref == ref:
        return here
    incident = await store.incident(ref)
    if incident is None or not (reads_private or may_know(incident, here, person)):
        raise not_there(ref)
    return incident


def not_there(ref: str) -> Refusal:
    """The same for an incident that does not exist and for one that is not to be known of."""
    return Refusal(
        f"There is no {ref} that you can reach from here. See `/incident list`; "
        "a private incident answers in its own war room."
    )


def may_know(incident: Incident, here: Incident | None, person: Person) -> bool:
    """True for everybody when it is public; else in its own room, or for those who were invited,
    hold a role or are asked to take one over, or opened it."""
    return (here is not None and here.ref == incident.ref) or privacy.may_know(incident, person)


def knows(asked: Asked) -> Callable[[Incident], bool]:
    """Says of an incident whether whoever asked may know of it."""
    return lambda incident: (
        asked.reads_private or may_know(incident, asked.here, asked.person.person)
    )


async def _which(typed: Typed, verb: VerbSpec, store: Reads) -> Unclear:
    found = await store.incidents(only_open=True, include_private=False, limit=LISTED + 1)
    candidates = [incident for incident in found if not incident.private and not incident.is_over]
    said = f"{verb.name} {in_code(typed.rest)}".strip()
    choices = [
        (f"{i.ref} {_title(i)}", f"{i.ref} {verb.name}{typed.rest}") for i in candidates[:LISTED]
    ]
    if not candidates:
        return Unclear(
            f"`{verb.name}` is about an incident, and none is open. "
            f"For one that is over, name it: `/incident INC-1 {verb.name}`. "
            "To open one: `/incident declare TITLE`."
        )
    if len(candidates) == 1:
        only = candidates[0]
        return Unclear(
            f"This is no war room. Do you mean {only.ref} “{_title(only)}”? "
            f"Then press, or type `/incident {only.ref} {said}`",
            choices,
        )
    lines = [f"• {i.ref} “{_title(i)}”" for i in candidates[:LISTED]]
    if len(candidates) > LISTED:
        lines.append("• … see `/incident list`")
    listed = "\n".join(lines)
    return Unclear(
        f"This is no war room, and several incidents are open. Which one?\n{listed}\n"
        f"Press, or type the like of `/incident {candidates[0].ref} {said}`",
        choices,
    )


def _doubtful(typed: Typed, verb: VerbSpec, here: Incident) -> Unclear:
    return Unclear(
        f"Do you mean {typed.after}, or is that a word of your text about {here.ref}? "
        f"Name the incident first: `/incident {typed.after} {verb.name}` "
        f"or `/incident {here.ref} {verb.name} about {typed.after}`",
        [
            (f"I mean {typed.after}", f"{typed.after} {verb.name}{typed.rest_after}"),
            (f"It is text about {here.ref}", f"{here.ref} {verb.name}{typed.rest}"),
        ],
    )


def _title(incident: Incident) -> str:
    return shorten(one_line(incident.title), 80)
