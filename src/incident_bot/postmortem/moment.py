"""One line of a timeline, and how people are named in it."""

from dataclasses import dataclass
from datetime import datetime

from incident_bot.domain.people import Actor, Person


@dataclass(frozen=True)
class Enclosed:
    """A file of a message. `path`: where it lies beside the document, if it does; `url`: the
    message in Slack."""

    name: str
    is_image: bool = False
    path: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `details` has a line for each bullet; indented ones are nested.

    Texts are plain: whoever renders them escapes them. `numbers` are the entries that it tells
    of (several when they were told as one).
    """

    numbers: tuple[int, ...]
    at: datetime
    who: str
    headline: str
    details: str = ""
    corrected: bool = False
    correction: str = ""
    """Who put it right, and why."""
    files: tuple[Enclosed, ...] = ()
    message: str | None = None
    """Where the message in Slack is that it was."""


def full(person: Person) -> str:
    """`Alice Smith (@alice)`, or only the name."""
    return f"{person.name} ({person.at})" if person.handle else person.name


def who(actor: Actor) -> str:
    """The actor as a person reads it."""
    return full(actor.person) if actor.person else actor.name
