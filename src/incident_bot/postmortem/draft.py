"""What a postmortem holds, section by section, before it has a form.

Texts are plain, as people typed them; who renders a draft escapes them for the format.
"""

from dataclasses import dataclass
from datetime import date

from incident_bot.domain.entries import ActionAdded
from incident_bot.domain.people import Person
from incident_bot.postmortem.budget import Budget
from incident_bot.postmortem.facts import Fact, Point
from incident_bot.postmortem.moment import Moment
from incident_bot.postmortem.prompts import Prompt


@dataclass(frozen=True)
class Noted:
    """Something that people wrote: a headline, and details of several lines (or none)."""

    headline: str
    details: str = ""


@dataclass(frozen=True)
class Notes:
    """The notes for one place, and the prompt when there are none."""

    items: tuple[Noted, ...]
    prompt: Prompt | None = None


@dataclass(frozen=True)
class Figures:
    """The supplied figures for one place, and the prompt when there are none. `durations` are
    computed and stand before them; `sources` says who supplied what, where that must be said."""

    items: tuple[Fact, ...]
    prompt: Prompt | None = None
    durations: tuple[Fact, ...] = ()
    sources: str = ""


@dataclass(frozen=True)
class Text:
    """A short text, or the prompt for it."""

    text: str
    prompt: Prompt | None = None


@dataclass(frozen=True)
class Header:
    """The lines below the title. `duration` is the declared duration."""

    title: str
    private: bool
    date: date | None
    ic: Person | None
    severity: str
    duration: Fact
    over: bool
    cancelled: bool
    impact: Text
    error_budget: Text
    ic_prompt: Prompt | None = None


@dataclass(frozen=True)
class Summary:
    """Executive Summary."""

    summary: Notes
    root_cause: Text
    learnings: Notes


@dataclass(frozen=True)
class RootCause:
    """Root Cause Analysis: the whys in order, and technical notes, which are Markdown."""

    problem: Text
    whys: tuple[str, ...]
    why_prompt: Prompt | None
    root_cause: Text
    technical: Notes


@dataclass(frozen=True)
class Impact:
    """Impact Assessment."""

    user: Figures
    system: Figures
    slo: Figures
    sentiment: Figures


@dataclass(frozen=True)
class Resolution:
    """Immediate and permanent fix."""

    immediate: Notes
    permanent: Notes


@dataclass(frozen=True)
class ActionRow:
    """An action item, and whether it is done."""

    item: ActionAdded
    done: bool = False


@dataclass(frozen=True)
class ActionTable:
    """The action items of one kind, by priority and then as recorded."""

    heading: str
    items: tuple[ActionRow, ...]
    prompt: Prompt | None = None


@dataclass(frozen=True)
class Lessons:
    """What went well, what went poorly, where we got lucky."""

    well: Notes
    poorly: Notes
    lucky: Notes


@dataclass(frozen=True)
class MetricRow:
    """One row of Performance Impact."""

    name: str
    baseline: str
    during: str
    peak: str


@dataclass(frozen=True)
class Metrics:
    """Metrics and Data. `objective`: what the configuration says of the error budget.

    `times` are the durations with both end points; `disorder` names the neighbouring milestones
    that came the other way round; `reopened` when it was open again.
    """

    objective: Budget | None
    budget: Figures
    rows: tuple[MetricRow, ...]
    rows_prompt: Prompt | None
    business: Figures
    times: tuple[Fact, ...]
    disorder: tuple[tuple[Point, Point], ...]
    reopened: tuple[Point, ...]
    times_prompts: tuple[Prompt, ...]


@dataclass(frozen=True)
class Reference:
    """A link with what it is for; `url` None when what was written is no web address."""

    label: str
    text: str
    url: str | None


@dataclass(frozen=True)
class Attendee:
    """Somebody who took part, and as what."""

    name: str
    what: tuple[str, ...]


@dataclass(frozen=True)
class Supporting:
    """Supporting Information."""

    references: tuple[Reference, ...]
    references_prompt: Prompt | None
    attendees: tuple[Attendee, ...]
    follow_up: Notes


@dataclass(frozen=True)
class Approval:
    """One approval; `day` None: still awaited."""

    capacity: str
    name: str
    day: date | None


@dataclass(frozen=True)
class Closing:
    """Approval, version and status. `why_draft` says what keeps it from being final."""

    approvals: tuple[Approval, ...]
    version: str
    final: bool
    why_draft: str


@dataclass(frozen=True)
class Draft:
    """A whole postmortem. `dated`: the timeline spans several UTC days and shows dates;
    `times_dated`: the milestones do. `gaps` are all prompts in order,
    what one command answers told once."""

    ref: str
    header: Header
    summary: Summary
    timeline: tuple[Moment, ...]
    dated: bool
    times_dated: bool
    root_cause: RootCause
    factors: Notes
    impact: Impact
    resolution: Resolution
    actions: tuple[ActionTable, ...]
    lessons: Lessons
    metrics: Metrics
    supporting: Supporting
    gaps: tuple[Prompt, ...]
    closing: Closing
