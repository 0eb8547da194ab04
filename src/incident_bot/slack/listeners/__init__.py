"""What comes in from Slack: one file for each verb of `/incident`, and one for the buttons."""

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
from incident_bot.slack.listeners.spec import VerbSpec

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

NAMES: dict[str, str] = {
    word: verb.name for verb in VERBS.values() for word in (verb.name, *verb.aliases)
}
"""Each verb and alias, with the verb it means."""
