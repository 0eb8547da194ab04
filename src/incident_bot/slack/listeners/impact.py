"""`/incident impact`: since when, whom and how much."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import impact as grammar
from incident_bot.slack.grammar.request import Figure, Metric, SetTime
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def impact(asked: Asked) -> Answer:
    """Record a time of the impact, or its figures, each line an entry of its own."""
    wanted = grammar.impact(asked.rest, asked.context)
    if isinstance(wanted, SetTime):
        return await asked.do(
            c.SetMilestone(
                actor=asked.actor, at=wanted.at, milestone=wanted.milestone, first=asked.first
            )
        )
    return await asked.do(*(_command(asked, row) for row in wanted.rows))


def _command(asked: Asked, row: Figure | Metric) -> c.StateImpact | c.StateMetric:
    match row:
        case Figure(area=area, name=name, value=value):
            return c.StateImpact(actor=asked.actor, area=area, name=name, value=value)
        case Metric(name=name, baseline=baseline, during=during, peak=peak):
            return c.StateMetric(
                actor=asked.actor, name=name, baseline=baseline, during=during, peak=peak
            )


VERB = VerbSpec(
    name="impact",
    group="For the postmortem",
    usage=(
        "impact [user|system|slo|sentiment|business] NAME: VALUE",
        "impact metric NAME | BASELINE | DURING | PEAK",
        "impact start TIME",
        "impact detected TIME",
    ),
    help="says whom it hits and since when; several lines are several figures",
    example=grammar.EXAMPLE,
    handler=impact,
    behind="ask",
)
