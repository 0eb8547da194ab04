"""The tree of `incident-bot.toml`: what stands at its top, and the tables below it (`sections`).

With those, the one place where a key is documented: the starting file, the JSON Schema and the
reference are made from here.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from incident_bot.config.forms import (
    Channel,
    Emoji,
    Fixed,
    RoleKey,
    SeverityName,
    Template,
    TypeKey,
    Who,
    wrong,
)
from incident_bot.config.sections import (
    KeptFileSettings,
    ReminderSettings,
    RoleSettings,
    RoomSettings,
    RouteSettings,
    SeveritySettings,
    SloSettings,
    StatusSettings,
    Table,
    TypeSettings,
    ZoneSettings,
)
from incident_bot.config.time_forms import (
    Every,
    Patience,
)
from incident_bot.domain.levels import Retries
from incident_bot.domain.permissions import EVERYONE, NOBODY, READ_PRIVATE, VERBS
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity, Status

_DEFAULT = Policy()

SeverityKey = Annotated[str, Fixed("severity", (s.label.lower() for s in Severity))]
StatusKey = Annotated[str, Fixed("status", (s.value for s in Status))]
Permit = Annotated[str, Fixed("verb", (*VERBS, READ_PRIVATE))]
RetryKey = Annotated[str, Fixed("time", Retries.model_fields)]


def _in_a_list(value: object) -> object:
    return [value] if value in (EVERYONE, NOBODY) else value


def _somebody(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise wrong("nobody could do it then", f'name somebody, or write "{EVERYONE}"')
    for word in (EVERYONE, NOBODY):
        if word in names and len(names) > 1:
            raise wrong(f'"{word}" stands alone', f'leave out the others, or "{word}"')
    return names


Permitted = Annotated[
    tuple[Who, ...],
    BeforeValidator(_in_a_list),
    AfterValidator(_somebody),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [EVERYONE, NOBODY]},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]


class FileSettings(Table):
    """What `incident-bot.toml` may hold."""

    default_severity: SeverityName = Field(
        _DEFAULT.default_severity,
        description="The severity of an incident when neither who declares it, nor the route, "
        "nor the alert's priority says one.",
        examples=["Sev2"],
    )
    channel_template: Template = Field(
        _DEFAULT.channel_template,
        description="What a war room is called. `{date}`: the day of detection in UTC; `{slug}`: "
        "from the title; `{ref}`: like inc-42; `{severity}`: as it opens. What Slack does not "
        "take in a name is replaced.",
        examples=["inc-{ref}-{slug}"],
    )
    announcement_channel: Channel = Field(
        _DEFAULT.announcement_channel or False,
        description="Where incidents are announced: a public channel (with or without #) that "
        "the bot can find, or false for none.",
        examples=["war-rooms"],
    )
    timeline_reaction: Emoji = Field(
        _DEFAULT.timeline_reaction or False,
        description="The emoji that puts a message of a war room onto the incident's timeline when "
        "somebody reacts with it, and takes it off when nobody does any more: its name, or false "
        "for none.",
        examples=["round_pushpin"],
    )
    routes: tuple[RouteSettings, ...] | None = Field(
        None,
        description="What an alert of PagerDuty leads to. Routes are tried from the top, and the "
        "first whose conditions all hold is taken; an alert that none takes is ignored. Your "
        "routes replace the default ones.",
    )
    slos: tuple[SloSettings, ...] = Field(
        (),
        description="Service level objectives: for a service that has one, the postmortem states "
        "the error budget and its zones, and asks how much of it the incident consumed.",
    )
    zones: tuple[ZoneSettings, ...] | None = Field(
        None,
        description="What the states of an error budget are called, by the share consumed. Your "
        "zones replace the default ones.",
    )
    types: dict[TypeKey, TypeSettings] = Field(
        default_factory=dict,
        description="Kinds of incidents that people declare by their key: "
        "`/incident declare --type security TITLE`.",
    )
    cadences: dict[SeverityKey, Every] = Field(
        default_factory=dict,
        description='How often people outside are owed an update, by severity: `"30m"`, `"1h"`, '
        '`"1h30m"`, or false where nobody counts.',
        examples=["45m"],
    )
    severities: dict[SeverityKey, SeveritySettings] = Field(
        default_factory=dict,
        description="What each severity, sev1 (the worst) to sev5, means here. There are always "
        "these five.",
    )
    statuses: dict[StatusKey, StatusSettings] = Field(
        default_factory=dict,
        description="What the statuses are called here. There are always these five.",
    )
    roles: dict[RoleKey, RoleSettings] = Field(
        default_factory=dict,
        description="Who does what in an incident. `ic`, `ops` and `comms` are always there; any "
        "other key adds a role, like `[roles.scribe]`. The key is what people type: "
        "`/incident role scribe @dan`.",
    )
    permissions: dict[Permit, Permitted] = Field(
        default_factory=dict,
        description="Who may use a verb of `/incident`: the keys of roles (whoever holds the role "
        "in that incident), Slack user ids, and Slack user groups as `@handle` or by id, or "
        '`"everyone"`. An emergency is never locked out: '
        "where only roles are named that nobody holds, and groups that nobody is in, everyone "
        "may; a role that "
        "nobody holds is anybody's to take; and `role` cannot be left to roles alone. As long as "
        "Slack has not told who is in a group, nobody is taken for one of it. `private` is no "
        "verb: who may know every private incident beside its own members: Slack user ids and user "
        'groups, `"nobody"` by default. `declare` '
        "takes no roles: there is no incident yet. To correct an entry takes `edit` and the verb "
        "that wrote it; to move the time of detection (#1), `impact`. What PagerDuty reports and "
        "what the bot does by itself is not restricted.",
        examples=[["ic", "U012AB3CD"]],
    )
    retries: dict[RetryKey, Patience] = Field(
        default_factory=dict,
        description="What happens when Slack or PagerDuty does not answer. Everything that is to "
        "be done there is kept and tried again: `first` is the pause after the first try in vain, "
        "which doubles each time up to `longest`. After `tell_after` the room is told that "
        "PagerDuty does not answer. What is older than `give_up_after` is given up and told: "
        "nobody wants to read it then. When the other side answers again, all is done at once, in "
        "order. A refusal is never tried again.",
        examples=["30s"],
    )
    reminders: ReminderSettings = Field(
        default_factory=ReminderSettings,
        description="What a war room is reminded of, and after how long: a time span, after which "
        "it is also repeated, or false for never. Each reminder stops by itself when what it asks "
        "for is done, and anybody may put it off or dismiss it.",
    )
    rooms: RoomSettings = Field(
        default_factory=RoomSettings,
        description="What becomes of war rooms when their incident is over.",
    )
    files: KeptFileSettings = Field(
        default_factory=KeptFileSettings,
        description="What becomes of the files of messages on a timeline.",
    )
