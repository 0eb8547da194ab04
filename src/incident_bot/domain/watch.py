"""What the state remembers for reminders: when we learned of their causes, and what was said.

It is part of the fold. What ends a reminder's cause forgets how often it was told, so that a cause
that comes again begins anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from incident_bot.domain import entries as e
from incident_bot.domain.words import IC, ReminderKind, Status

Cause = Literal["opened", "reopened", "mitigated", "over", "unled"]
"""`unled`: the Incident Commander gave the role back."""


class Told(BaseModel):
    """How often a reminder was told (those that were snoozed not counted), last at `at`.

    `snoozed_until`: not before. `dismissed`: never again. Times are aware UTC.
    """

    model_config = ConfigDict(frozen=True)

    times: int = 0
    at: datetime | None = None
    snoozed_until: datetime | None = None
    dismissed: bool = False


class Watch(BaseModel):
    """`learned`: when each cause was recorded last, not when it happened: reminders do not come in
    a burst for what is told late. `told`: by `key`."""

    model_config = ConfigDict(frozen=True)

    learned: Mapping[Cause, datetime] = {}
    told: Mapping[str, Told] = {}
    approved: bool = False


def key(kind: ReminderKind, subject: str = "") -> str:
    """The name of a reminder within its incident: `no_ic`, `action_overdue/12`."""
    return f"{kind}/{subject}" if subject else str(kind)


def after(watch: Watch, entry: e.Entry) -> Watch:
    """What is remembered after one more entry."""
    match entry.body:
        case e.Opened():
            return _learned(watch, "opened", entry)
        case e.RoleAssigned(role=role, holder=holder) if role == IC:
            watch = _forgotten(watch, ReminderKind.NO_IC)
            return watch if holder is not None else _learned(watch, "unled", entry)
        case e.StatusChanged(status=Status.OPEN):
            kept = {k: v for k, v in watch.told.items() if k.startswith(_OVERDUE)}
            watch = watch.model_copy(update={"told": kept, "approved": False})
            return _learned(watch, "reopened", entry)
        case e.StatusChanged(status=Status.MITIGATED):
            return _learned(watch, "mitigated", entry)
        case e.StatusChanged(status=status) if status.is_over:
            return _learned(watch, "over", entry)
        case e.Updated():
            return _forgotten(watch, ReminderKind.UPDATE_DUE)
        case e.Approved():
            return watch.model_copy(update={"approved": True})
        case e.Reminded(reminder=kind, subject=subject):
            told = _of(watch, kind, subject)
            more = {"times": told.times + 1, "at": entry.occurred_at, "snoozed_until": None}
            return _with(watch, kind, subject, told.model_copy(update=more))
        case e.ReminderSnoozed(reminder=kind, subject=subject, until=until):
            told = _of(watch, kind, subject)
            times = told.times if told.snoozed_until else max(0, told.times - 1)
            snoozed = told.model_copy(update={"times": times, "snoozed_until": until})
            return _with(watch, kind, subject, snoozed)
        case e.ReminderDismissed(reminder=kind, subject=subject):
            told = _of(watch, kind, subject).model_copy(update={"dismissed": True})
            return _with(watch, kind, subject, told)
        case _:
            return watch


_OVERDUE = f"{ReminderKind.ACTION_OVERDUE}/"


def _of(watch: Watch, kind: ReminderKind, subject: str) -> Told:
    return watch.told.get(key(kind, subject), Told())


def _with(watch: Watch, kind: ReminderKind, subject: str, told: Told) -> Watch:
    return watch.model_copy(update={"told": {**watch.told, key(kind, subject): told}})


def _forgotten(watch: Watch, kind: ReminderKind) -> Watch:
    told = {k: v for k, v in watch.told.items() if k != str(kind)}
    return watch.model_copy(update={"told": told})


def _learned(watch: Watch, cause: Cause, entry: e.Entry) -> Watch:
    return watch.model_copy(update={"learned": {**watch.learned, cause: entry.recorded_at}})
