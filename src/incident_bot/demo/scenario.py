"""A scenario: who takes part, and what happens step by step. Read from YAML, checked, timed.

The format is described at the top of `scenarios/payment-api.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

BUILT_IN = Path(__file__).resolve().parent.parent / "scenarios" / "payment-api.yaml"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class ScenarioError(Exception):
    """The scenario file cannot be played; the message names the file, the step and the fix."""


def _zone(name: Any) -> Any:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Berlin") from None
    return name


Zone = Annotated[str, BeforeValidator(_zone)]


def _clock(value: Any) -> Any:
    """YAML reads an unquoted 14:23 as the number 863 (base 60), and some dates as datetimes."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return f"{value // 60:02d}:{value % 60:02d}"
    return value.isoformat() if isinstance(value, datetime) else value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Part):
    """Somebody who takes part. `does` is their title or what they do, for the reader."""

    handle: Handle
    name: Words
    email: Words
    does: str = ""
    zone: Zone | None = None


class Alert(_Part):
    """An alert fires in PagerDuty."""

    title: Words
    urgency: Literal["high", "low"] = "high"
    details: str = ""


class Annotation(_Part):
    """A note that `by` writes in PagerDuty."""

    by: Handle
    text: Words


class Say(_Part):
    """`by` types `/incident text`, in the war room or in `channel`."""

    by: Handle
    text: Words
    channel: str | None = None


class Click(_Part):
    """`by` clicks a button in the war room: its action id (`claim_role:ic`) or its label."""

    by: Handle
    button: Words


KINDS = ("alert", "acknowledge", "annotate", "resolved_in_pagerduty", "say", "click")


class Step(_Part):
    """One thing that happens. `at` None: the same time as the step before."""

    at: Annotated[str | None, BeforeValidator(_clock)] = None
    alert: Alert | None = None
    acknowledge: Handle | None = None
    annotate: Annotation | None = None
    resolved_in_pagerduty: Handle | None = None
    say: Say | None = None
    click: Click | None = None
    expect: Words | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        named = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(named) != 1:
            found = " and ".join(named) if named else "nothing"
            raise ValueError(f"a step has exactly one of {', '.join(KINDS)}; this has {found}")
        return self

    @property
    def kind(self) -> str:
        """Which of `KINDS` this step is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def who(self) -> str | None:
        """The handle of who does it; None for an alert."""
        what = getattr(self, self.kind)
        if isinstance(what, str):
            return what
        return getattr(what, "by", None)


class _File(_Part):
    title: Words
    zone: Zone = "UTC"
    date: date
    people: Annotated[tuple[Member, ...], Field(min_length=1)]
    service: Words
    escalation_policy: Words
    on_call: Annotated[tuple[Handle, ...], Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Timed:
    """A step with its number (from 1) and its time (aware UTC)."""

    number: int
    at: datetime
    step: Step


@dataclass(frozen=True)
class Scenario:
    """A checked scenario. `people` keep the order of the file; every step has its time."""

    title: str
    zone: str
    people: tuple[Member, ...]
    service: str
    escalation_policy: str
    on_call: tuple[str, ...]
    steps: tuple[Timed, ...]


def _moment(text: str, day: date, zone: ZoneInfo) -> datetime:
    """`14:23` on that day, or a full date and time; aware UTC. ValueError with a fix."""
    try:
        if len(text) <= 5:
            local = datetime.combine(day, time.fromisoformat(text), zone)
        else:
            local = datetime.fromisoformat(text)
            local = local if local.tzinfo else local.replace(tzinfo=zone)
    except ValueError:
        raise ValueError(f'at: {text!r} is no time; write "14:23" or "2025-10-27 14:23"') from None
    return local.astimezone(UTC)


def _timed(file: _File) -> tuple[Timed, ...]:
    zone = ZoneInfo(file.zone)
    handles = {member.handle for member in file.people}
    before: datetime | None = None
    day, timed = file.date, []
    for number, step in enumerate(file.steps, start=1):
        if step.at is None and before is None:
            raise ScenarioError(f"step 1 ({step.kind}): the first step needs a time: at")
        try:
            at = _moment(step.at, day, zone) if step.at is not None else before
        except ValueError as error:
            raise ScenarioError(f"step {number} ({step.kind}): {error}") from None
        assert at is not None
        if before is not None and at < before:
            hint = ", or give the date too" if step.at and len(step.at) <= 5 else ""
            raise ScenarioError(
                f"step {number} ({step.kind}): at {step.at} lies before the step above it; "
                f"steps stand in the order in which they happen{hint}"
            )
        if step.who is not None and step.who not in handles:
            raise ScenarioError(
                f"step {number} ({step.kind}): {step.who!r} is not among the people: "
                f"{', '.join(sorted(handles))}"
            )
        timed.append(Timed(number, at, step))
        before, day = at, at.astimezone(zone).date()
    if unknown := [handle for handle in file.on_call if handle not in handles]:
        raise ScenarioError(f"on_call: {unknown[0]!r} is not among the people")
    return tuple(timed)


def _complaint(error: ValidationError, raw: Mapping[str, Any]) -> str:
    """The first thing wrong, with the step that it is in."""
    problem = error.errors()[0]
    where = list(problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    place = ""
    if len(where) > 1 and where[0] == "steps" and isinstance(where[1], int):
        step = raw["steps"][where[1]]
        names = [kind for kind in KINDS if isinstance(step, Mapping) and kind in step]
        at = f" at {_clock(step['at'])}" if isinstance(step, Mapping) and "at" in step else ""
        place = f"step {where[1] + 1}{at}" + (f" ({', '.join(names)})" if names else "") + ": "
        where = where[2:]
    key = ".".join(str(part) for part in where)
    hint = ""
    if problem["type"] == "extra_forbidden":
        message = "there is no such key"
    elif problem["type"] == "missing":
        message = "is missing"
    elif key == "at":
        hint = '; write at: "14:23"'
    return f"{place}{key + ': ' if key else ''}{message}{hint}"


def parse(text: str) -> Scenario:
    """A scenario from the text of its file; ScenarioError says what is wrong and where."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScenarioError(f"this is not YAML: {error}") from None
    if not isinstance(raw, dict):
        raise ScenarioError("a scenario is a list of keys: title, date, people, service, steps, …")
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        raise ScenarioError(_complaint(error, raw)) from None
    return Scenario(
        title=file.title,
        zone=file.zone,
        people=tuple(
            m if m.zone else m.model_copy(update={"zone": file.zone}) for m in file.people
        ),
        service=file.service,
        escalation_policy=file.escalation_policy,
        on_call=file.on_call,
        steps=_timed(file),
    )


def load(path: Path | None = None) -> Scenario:
    """The scenario in a file, or the built-in one; ScenarioError names the file."""
    path = path or BUILT_IN
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: is not a text file in UTF-8") from None
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from None
