"""What nobody supplied yet: who should write it, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from incident_bot.domain.people import Person
from incident_bot.domain.policy import Role
from incident_bot.domain.words import COMMS, IC, OPS
from incident_bot.postmortem.escape import flat


@dataclass(frozen=True)
class Prompt:
    """A gap in the document. `who` should write it (`Incident Commander (@alice)`), `command` is
    what they type in the war room. `optional`: the document is complete without it."""

    section: str
    who: str
    question: str
    command: str
    optional: bool = False


@dataclass
class Gaps:
    """Collects the prompts in the order of the document."""

    roles: Sequence[Role]
    holders: Mapping[str, Person]
    found: list[Prompt] = field(default_factory=list)

    def ask(
        self, section: str, role: str, question: str, command: str, *, optional: bool = False
    ) -> Prompt:
        """A prompt for the holder of the role; for the IC while nobody holds it."""
        prompt = Prompt(section, self._who(role), question, command, optional)
        self.found.append(prompt)
        return prompt

    def _who(self, key: str) -> str:
        if key not in self.holders and IC in self.holders:
            key = IC
        role = next((role for role in self.roles if role.key == key), None)
        name = role.name if role else key
        holder = self.holders.get(key)
        return f"{name} ({flat(holder.at)})" if holder else f"{name} (not assigned)"


def merged(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    """The prompts with those that one command answers told once, their sections joined."""
    found: dict[tuple[str, str], Prompt] = {}
    for prompt in prompts:
        key = (prompt.question, prompt.command)
        known = found.get(key)
        if known is None:
            found[key] = prompt
        elif prompt.section not in known.section.split(", "):
            found[key] = replace(known, section=f"{known.section}, {prompt.section}")
    return tuple(found.values())


# One line each: who writes it, what is asked, and the command that answers.
WELL = (IC, "what went well?", "/incident note well …")
POORLY = (IC, "what went poorly?", "/incident note poorly …")
LUCKY = (IC, "where did we get lucky?", "/incident note lucky …")
SUMMARY = (IC, "what happened, in three sentences?", "/incident note summary …")
ROOT = (IC, "what was the root cause?", "/incident why root …")
LEARNING = (IC, "what are the key learnings?", "/incident note learning …")
PROBLEM = (IC, "what was the problem, as users saw it?", "/incident why problem …")
WHY = (IC, "why did it happen, and why that?", "/incident why …")
TECHNICAL = (
    OPS,
    "what went wrong in the code, configuration or infrastructure?",
    "/incident note technical …",
)
FACTOR = (IC, "what contributed to it?", "/incident note factor …")
USER = (COMMS, "who was affected, and how?", "/incident impact user Affected users: VALUE")
SYSTEM = (OPS, "how did the systems behave?", "/incident impact system NAME: VALUE")
SLO = (OPS, "which SLO was touched, and by how much?", "/incident impact slo NAME: VALUE")
SENTIMENT = (COMMS, "what did customers say?", "/incident impact sentiment NAME: VALUE")
BUSINESS = (COMMS, "what did it cost the business?", "/incident impact business NAME: VALUE")
FIX = (OPS, "what ended the impact?", "/incident note fix …")
PERMANENT = (OPS, "what keeps it from coming back?", "/incident note permanent …")
METRIC = (
    OPS,
    "which metrics moved, and from where to where?",
    "/incident impact metric NAME | BASELINE | DURING | PEAK",
)
BUDGET = (
    OPS,
    "what was the error budget before, what was consumed, what remains?",
    "/incident impact slo Budget consumed: VALUE",
)


def consumed(budget: str) -> tuple[str, str, str]:
    """The same where the budget is known (`21 m 36 s`)."""
    question = f"how much of the error budget of {budget} was consumed, and what remains?"
    return OPS, question, BUDGET[2]


REFERENCE = (
    IC,
    "where are the dashboards, changes and logs?",
    "/incident note reference LABEL: URL",
)
FOLLOW_UP = (IC, "when does the team meet over this?", "/incident note follow-up WHAT: WHEN")
APPROVAL = (IC, "is this how it was? Read it and approve", "/incident approve")
TIMES = {
    "impact started": (OPS, "when did the impact start?", "/incident impact start TIME"),
    "detected": (IC, "when was it detected?", "/incident impact detected TIME"),
    "acknowledged": (
        IC,
        "when did somebody take it on?",
        "/incident status acknowledged at TIME",
    ),
    "mitigated": (OPS, "when did the impact end?", "/incident status mitigated at TIME"),
    "resolved": (IC, "when was it over?", "/incident resolve at TIME"),
    "IC assigned": (IC, "who commands, and since when?", "/incident role ic @person at TIME"),
}
