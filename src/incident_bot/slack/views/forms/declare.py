"""The form that opens an incident."""

from typing import Any

from slack_sdk.models.blocks import Block

from incident_bot.domain.policy import Policy
from incident_bot.slack.views.forms import fields
from incident_bot.slack.views.forms.fields import Typed

TITLE, TYPE, SEVERITY, PRIVATE, DETAILS = "title", "type", "severity", "private", "details"
TITLE_LIMIT = 250
NO_TYPE = "-"
ALWAYS_PRIVATE = "Incidents of this type are private: only those who are invited see the room."


def declare(policy: Policy, *, channel: str, typed: Typed | None = None) -> dict[str, Any]:
    """A title is enough; what it means for the severity and privacy shows when a type is chosen.

    The severity's block id carries a type that has its own, so that Slack shows that; between
    others what was chosen stays.
    """
    typed = typed or {}
    kind = policy.type(str(typed.get(TYPE) or ""))
    severity = (kind.severity if kind else None) or policy.default_severity
    blocks: list[Block] = [
        fields.text(
            TITLE,
            "What is wrong?",
            initial=typed.get(TITLE),
            placeholder="Checkout returns errors",
            optional=False,
            limit=TITLE_LIMIT,
        )
    ]
    if policy.types:
        types = [(t.key, t.name) for t in policy.types[: fields.OPTIONS - 1]]
        blocks.append(
            fields.choice(
                TYPE,
                "Type",
                [(NO_TYPE, "No special type"), *types],
                initial=kind.key if kind else NO_TYPE,
                action_id="declare_type",
            )
        )
    levels = sorted(policy.severities, key=lambda level: level.severity)
    blocks.append(
        fields.choice(
            f"{SEVERITY}:{kind.key if kind and kind.severity else NO_TYPE}"[:255],
            "How bad is it?",
            [(level.severity.label, level.in_short) for level in levels],
            initial=severity.label,
            hint="A guess is fine, it can be changed at any time.",
        )
    )
    blocks.append(
        fields.text(
            DETAILS,
            "What is known so far",
            initial=typed.get(DETAILS),
            placeholder="What you see, since when, what changed just before",
            multiline=True,
        )
    )
    if kind is not None and kind.private:
        blocks.append(fields.aside(ALWAYS_PRIVATE))
    else:
        words = "Only those who are invited may know of it"
        blocks.append(fields.tick(PRIVATE, "Private", PRIVATE, words, ticked=_private(typed)))
    return fields.frame("declare", "Declare an incident", "Declare", blocks, channel=channel)


def _private(typed: Typed) -> bool:
    """As it was ticked; and after a type whose incidents are private, for which there was no box:
    another type makes nothing public by itself."""
    return bool(typed.get(PRIVATE)) or (bool(typed) and PRIVATE not in typed)
