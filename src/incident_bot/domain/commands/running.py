"""What people ask for while an incident runs: roles, severity, status, its beginning and end."""

from typing import Literal

from incident_bot.domain.commands.base import Asking, Long, Text
from incident_bot.domain.people import Person
from incident_bot.domain.words import (
    Severity,
    Status,
)


class Declare(Asking):
    """Open an incident by hand. `type` is the key of one of the team's types, which says what is
    not said here; `severity` None: that of the type, else the policy's default."""

    title: Text
    severity: Severity | None = None
    private: bool = False
    type: str | None = None


class AssignRole(Asking):
    """Give a role to `holder`; None releases it. `only_if_free`: never takes it from somebody."""

    role: str
    holder: Person | None
    only_if_free: bool = False


class OfferRole(Asking):
    """Ask `to` to take a role over; until they accept, its holder holds. `role` None: the one that
    whoever asks has."""

    to: Person
    role: str | None = None


class WithdrawOffer(Asking):
    """Ask no longer. `role` None: the only one that somebody is asked to take over."""

    role: str | None = None


class AcceptOffer(Asking):
    """The answer "yes" to the offer with the number `offer`."""

    role: str
    offer: int


class DeclineOffer(Asking):
    """The answer "no"."""

    role: str
    offer: int


class JoinRoom(Asking):
    """Somebody wants to be in the war room of a public incident."""


class RestoreTopic(Asking):
    """The topic that a person wrote may give way to ours."""


class ChangeSeverity(Asking):
    severity: Severity
    text: Long = ""


class ChangeStatus(Asking):
    """Acknowledged or mitigated (resolve, reopen and cancel have their own commands)."""

    status: Literal[Status.ACKNOWLEDGED, Status.MITIGATED]
    text: Long = ""
    details: Long = ""


class Resolve(Asking):
    """Declare it over; resolves every PagerDuty incident of it. `text` says what was done."""

    text: Long = ""
    details: Long = ""


class KeepOpen(Asking):
    """The answer "not yet" to PagerDuty's resolution."""


class Reopen(Asking):
    text: Long = ""


class Cancel(Asking):
    """It was no incident after all."""

    text: Long = ""


class Undo(Asking):
    """Whoever declared takes it back at once: it was a slip. Its room is archived."""
