"""What comes in from Slack: one file for each verb of `/incident`, and one for the buttons."""

from incident_bot.slack.grammar.short import abbreviations
from incident_bot.slack.listeners import (
    action,
    approve,
    cancel,
    declare,
    edit,
    export,
    handover,
    help,
    impact,
    list_open,
    log,
    note,
    redact,
    reopen,
    resolve,
    role,
    severity,
    status,
    timeline,
    update,
    why,
)
from incident_bot.slack.listeners.spec import VerbSpec, names_of

VERBS: dict[str, VerbSpec] = {
    module.VERB.name: module.VERB
    for module in (
        declare,
        resolve,
        reopen,
        cancel,
        log,
        update,
        edit,
        redact,
        role,
        handover,
        severity,
        status,
        impact,
        action,
        note,
        why,
        approve,
        timeline,
        export,
        list_open,
        help,
    )
}
"""Every verb, in the order in which help shows them."""

NAMES: dict[str, str] = names_of(VERBS)
"""Each verb and alias, with the verb it means."""

SHORT: dict[str, str] = abbreviations(NAMES, {v.name for v in VERBS.values() if v.whole})
"""Each beginning of a verb that runs it, with the verb."""

WORDS: dict[str, str] = {**SHORT, **NAMES}
"""Everything that may be typed for a verb."""
