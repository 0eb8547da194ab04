"""Draft and timeline as Markdown: one template for each section, in templates/.

A template puts in texts with `{{ text }}`, and they are escaped; only what is `Md` already (the
filters below give that) goes in as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.postmortem import clock
from incident_bot.postmortem.blocks import bullets, own_markdown, prose
from incident_bot.postmortem.budget import percent
from incident_bot.postmortem.compose import compose
from incident_bot.postmortem.draft import Header, Noted, Reference
from incident_bot.postmortem.escape import (
    Md,
    beside,
    clean,
    heading,
    inline,
    link,
    strong,
    web_address,
)
from incident_bot.postmortem.facts import Fact, Point
from incident_bot.postmortem.moment import Enclosed, full
from incident_bot.postmortem.prompts import Prompt
from incident_bot.postmortem.story import moments

SECTIONS = (
    "header",
    "summary",
    "timeline",
    "root_cause",
    "factors",
    "impact",
    "resolution",
    "actions",
    "lessons",
    "metrics",
    "supporting",
    "gaps",
    "closing",
)


def write_postmortem(
    incident: Incident,
    journal: Sequence[Entry],
    policy: Policy,
    paths: Mapping[str, str] | None = None,
) -> str:
    """The postmortem as Markdown, ending in one line end. Times are UTC.

    `policy` has the words of the team and its objectives. `paths`: where files of messages lie
    beside the document, by their ids; of others the message in Slack is named. Never raises for
    what is in the journal: gaps become visible prompts, and times in an odd order a sentence.
    """
    draft = compose(incident, journal, policy, paths)
    templates = _templates()
    sections = [
        templates.get_template(f"{name}.md.j2").render(draft=draft).strip("\n") for name in SECTIONS
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def write_timeline(
    incident: Incident,
    journal: Sequence[Entry],
    policy: Policy,
    paths: Mapping[str, str] | None = None,
) -> str:
    """Every line of the timeline as Markdown, with number, UTC time, author and corrections.
    `paths` as for the postmortem."""
    told = moments(journal, policy, paths)
    dated = len(clock.days(moment.at for moment in told)) > 1
    template = _templates().get_template("timeline_document.md.j2")
    return (
        template.render(
            incident=incident, status=policy.status_name(incident.status), moments=told, dated=dated
        ).strip("\n")
        + "\n"
    )


@cache
def _templates() -> Environment:
    # Not HTML: `finalize` escapes every text for Markdown, which is what autoescape does for HTML.
    environment = Environment(  # noqa: S701
        loader=PackageLoader("incident_bot.postmortem"),
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        bullets=bullets,
        bottom_line=_bottom_line,
        cell=_cell,
        enclosed=_enclosed,
        exact=clock.exact,
        figure=_figure,
        full=full,
        heading=heading,
        inline_prompt=_inline_prompt,
        in_slack=_in_slack,
        item=_item,
        item_prompt=_item_prompt,
        minute=clock.minute,
        numbers=_numbers,
        own_markdown=_own_markdown,
        point=_point,
        prompt=_prompt,
        prose=_prose,
        reference=_reference,
        span=_span,
        strong=strong,
        ticket=_ticket,
        value=_value,
        zone=_zone,
    )
    return environment


def _finalize(value: Any) -> Md:
    return value if isinstance(value, Md) else inline(str(value))


def _cell(text: object) -> Md:
    return inline(str(text), cell=True)


def _item(text: object) -> Md:
    """Text that begins a list item."""
    return Md(inline(str(text), start=True) or "(no text)")


def _enclosed(file: Enclosed) -> Md:
    """An image that lies beside the document is shown, another file linked."""
    if file.path is not None:
        return beside(file.name, file.path, image=file.is_image)
    reached = file.url is not None and web_address(file.url) is not None
    shown = link(file.name, file.url) if reached else inline(file.name, start=True)
    return Md(f"{shown or '(no name)'} (in Slack)")


def _in_slack(url: str) -> Md:
    return link("The message in Slack", url)


def _prompt(prompt: Prompt | None) -> Md:
    """The visible gap, as a quotation of its own."""
    return Md("") if prompt is None else Md(f"> {_inline_prompt(prompt)}")


def _inline_prompt(prompt: Prompt) -> Md:
    label = "To write, if there was any" if prompt.optional else "To write"
    return Md(f"**{label} — {inline(prompt.who)}:** {prompt.question} `{prompt.command}`")


def _item_prompt(prompt: Prompt) -> Md:
    """The gap in the list at the end."""
    any_ = " (if there was any)" if prompt.optional else ""
    return Md(
        f"**{prompt.section}**{any_} — {inline(prompt.who)}: {prompt.question} `{prompt.command}`"
    )


def _prose(note: Noted) -> Md:
    return prose(f"{note.headline}\n{note.details}")


def _own_markdown(note: Noted) -> Md:
    """A technical note; a plain headline above details stands in bold."""
    title, details = clean(note.headline).strip(), clean(note.details).strip("\n")
    if not details:
        return own_markdown(title)
    if title.startswith(("```", "~~~")):
        return own_markdown(f"{title}\n{details}")
    if "\n" not in title and not any(mark in title for mark in "*_`#[<|"):
        return Md(f"{strong(title)}\n\n{own_markdown(details)}")
    return Md(f"{own_markdown(title)}\n\n{own_markdown(details)}")


def _point(point: Point, dated: bool) -> Md:
    """`impact started 14:20`."""
    return Md(f"{point.name} {clock.exact(point.at, dated=dated)}")


def _numbers(numbers: Sequence[int]) -> Md:
    return Md(", ".join(f"#{number}" for number in numbers))


def _value(fact: Fact, dated: bool) -> Md:
    """The duration alone, or why there is none."""
    if fact.seconds is not None:
        return Md(clock.short(fact.seconds))
    return _no_figure(fact, dated)


def _span(fact: Fact, dated: bool) -> Md:
    """The duration in words with both end points, or why there is none."""
    if fact.seconds is None or fact.start is None or fact.end is None:
        return _no_figure(fact, dated)
    return Md(
        f"{clock.in_words(fact.seconds)} "
        f"({_point(fact.start, dated)} → {_point(fact.end, dated)} UTC)"
    )


def _no_figure(fact: Fact, dated: bool) -> Md:
    if fact.start and fact.end:
        return Md(f"no figure: {_point(fact.end, dated)} is before {_point(fact.start, dated)} UTC")
    return Md(f"not known: no time for “{'” and “'.join(fact.missing)}”")


def _figure(fact: Fact) -> Md:
    """A configured or computed number with its unit: `99.95 %`, `30 days`, `21 m 36 s`."""
    if fact.unit == "s" and isinstance(fact.value, int | float):
        return Md(clock.with_fraction(fact.value))
    if fact.unit == "%" and isinstance(fact.value, int | float):
        return Md(percent(fact.value))
    return Md(f"{fact.value} {fact.unit}")


def _zone(fact: Fact) -> Md:
    """`Concerning from 50 % (10 m 48 s)`."""
    return Md(f"{inline(fact.name)} ({_figure(fact)})")


def _bottom_line(header: Header, dated: bool) -> Md:
    """The header's duration: `45 minutes (14:23 - 15:08 UTC)`."""
    fact = header.duration
    start, end = fact.start, fact.end

    def at(moment: datetime) -> str:
        return clock.exact(moment, dated=dated)

    if fact.seconds is not None and start and end:
        return Md(f"{clock.in_words(fact.seconds)} ({at(start.at)} - {at(end.at)} UTC)")
    if fact.out_of_order:
        return _no_figure(fact, dated)
    since = f" (detected {clock.exact(start.at, dated=True)} UTC)" if start else ""
    if header.cancelled:
        return Md(f"none, the incident was cancelled{since}")
    return Md(f"not over yet{since}" if not header.over else f"not known{since}")


def _reference(reference: Reference) -> Md:
    return link(reference.text, reference.url)


def _ticket(ticket: str | None) -> Md:
    """A key as it is; an address as a link that shows its last part."""
    if not ticket:
        return Md("none yet")
    address = web_address(ticket)
    shown = address.rstrip("/").rsplit("/", 1)[-1] if address else ticket
    return link(shown, address, cell=True)
