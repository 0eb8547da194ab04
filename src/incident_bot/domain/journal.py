"""Reading a journal: which entries are in force, their versions, and the timeline."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from incident_bot.domain import entries as e
from incident_bot.domain.people import Actor, by


class Line(NamedTuple):
    """An entry in force: what is now believed, with the number that people know it by.

    `number` is the seq of the first version; `entry` the version in force; `corrected` is True
    when they differ.
    """

    number: int
    entry: e.Entry

    @property
    def corrected(self) -> bool:
        """True when a later entry put the first version right."""
        return self.entry.seq != self.number


def in_force(journal: Iterable[e.Entry]) -> list[Line]:
    """The entries that nothing supersedes, each in the place of its first version.

    A correction of a correction belongs to the same number. Retracted entries are left out, and
    so are the retractions and redactions themselves.
    """
    root: dict[int, int] = {}
    head: dict[int, e.Entry] = {}
    for entry in journal:
        if entry.supersedes is not None:
            number = root.get(entry.supersedes, entry.supersedes)
            root[entry.seq] = number
            if isinstance(entry.body, e.Retracted):
                head.pop(number, None)
            else:
                head[number] = entry
        elif not isinstance(entry.body, e.Redacted):
            root[entry.seq] = entry.seq
            head[entry.seq] = entry
    return [Line(number, head[number]) for number in sorted(head)]


def versions(journal: Sequence[e.Entry], number: int) -> list[e.Entry]:
    """Every version of an entry, oldest first, by the number of its first (or any) version."""
    root: dict[int, int] = {}
    found: dict[int, list[e.Entry]] = {}
    for entry in journal:
        first = entry.seq if entry.supersedes is None else root.get(entry.supersedes, entry.seq)
        root[entry.seq] = first
        found.setdefault(first, []).append(entry)
    return found.get(root.get(number, number), [])


def whose(entry: e.Entry) -> Actor:
    """Who says what the entry says: of a message its author, whoever put it onto the timeline."""
    if isinstance(entry.body, e.Logged) and entry.body.message is not None:
        return by(entry.body.message.author)
    return entry.actor


_READ = (
    e.Opened,
    e.AlertTriggered,
    e.AlertAcknowledged,
    e.AlertResolved,
    e.AlertAnnotated,
    e.RoomOpened,
    e.RoleAssigned,
    e.SeverityChanged,
    e.StatusChanged,
    e.MilestoneSet,
    e.Logged,
    e.Updated,
)


def timeline(journal: Iterable[e.Entry]) -> list[Line]:
    """The lines that a person would want to read, in order of `occurred_at`, then of recording."""
    lines = [line for line in in_force(journal) if isinstance(line.entry.body, _READ)]
    return sorted(lines, key=lambda line: (line.entry.occurred_at, line.number))
