"""The tree of `incident-bot.toml`: every key, with what it means. The one place where a key is
documented: the starting file, the JSON Schema and the reference are made from here.

What a key has when it is not given comes from the domain's `Policy()`, and is None here where a
table may be given in part.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from incident_bot.config.forms import (
    Channel,
    Choice,
    Emoji,
    EscalationPolicy,
    Fixed,
    Invitee,
    Megabytes,
    Objective,
    Person,
    RoleKey,
    SeverityName,
    Share,
    Template,
    Text,
    TypeKey,
    Who,
    Word,
    YesOrNo,
    wrong,
)
from incident_bot.config.time_forms import (
    After,
    Days,
    Every,
    Patience,
    QuietHours,
    Times,
    Window,
    ZoneName,
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


class Table(BaseModel):
    """A table of the file: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeveritySettings(Table):
    """`[severities.sev1]` … `[severities.sev5]`."""

    description: Text | None = Field(
        None,
        description="What the severity means to your team, in a few words. People see it where "
        "they choose a severity.",
        examples=["Customers cannot pay"],
    )
    priorities: tuple[Text, ...] | None = Field(
        None,
        description="PagerDuty's priorities (by name) that stand for it: an alert with one of "
        "them opens with this severity. What you write here is taken from the other "
        "severities' defaults.",
        examples=[["P1"]],
    )


class StatusSettings(Table):
    """`[statuses.open]` … `[statuses.cancelled]`."""

    name: Text | None = Field(
        None,
        description="How the status is shown, in the room and in documents.",
        examples=["contained"],
    )
    also: tuple[Word, ...] = Field(
        (),
        description="Further words that people may type for it, beside its name and its key: "
        "`/incident status stable`.",
        examples=[["stable"]],
    )


class RoleSettings(Table):
    """`[roles.KEY]`: what a role is called and who fills it when a room opens."""

    name: Text | None = Field(
        None,
        description="The role's full name; people may type it instead of the key. A role of your "
        "own is called like its key otherwise.",
        examples=["Scribe"],
    )
    short: Text | None = Field(
        None,
        description="Its short name, where there is little room: in the channel's topic.",
        examples=["Scribe"],
    )
    people: tuple[Person, ...] = Field(
        (),
        description="Who fills it when a room opens, by e-mail address or Slack user id: the "
        "first of them who is found.",
        examples=[["bob@example.com", "U012AB3CD"]],
    )
    escalation_policy: EscalationPolicy | None = Field(
        None,
        description="Otherwise the first who is on call there: the id of a PagerDuty escalation "
        "policy, which its address in PagerDuty ends in.",
        examples=["PABC123"],
    )
    duties: tuple[Text, ...] | None = Field(
        None,
        description="What its holder does first, a line each: told in a direct message to who gets "
        "the role for the first time in an incident. `[]` tells nothing, and so does a role of "
        "your own without them.",
        examples=[["Write down what is decided, with the time", "`/incident log …`"]],
    )


class RouteSettings(Table):
    """`[[routes]]`: which alerts it takes, and what happens then."""

    name: Text = Field(
        "default",
        description="What you call it. Routes that group by `route` need different names.",
        examples=["staging never opens a room"],
    )
    service: Text | None = Field(
        None,
        description="Takes only alerts of this PagerDuty service, by name or id.",
        examples=["Payment API"],
    )
    urgency: Annotated[str, Choice("high", "low")] | None = Field(
        None, description="Takes only alerts of this urgency.", examples=["high"]
    )
    priority: Text | None = Field(
        None, description="Takes only alerts of this PagerDuty priority.", examples=["P1"]
    )
    then: Annotated[str, Choice("open", "notify", "ignore")] = Field(
        "open",
        description="What happens: `open` a room; `notify` the announcement channel, with a "
        "button that opens one; `ignore`.",
        examples=["notify"],
    )
    group: Annotated[str, Choice("service", "route", "none")] = Field(
        "service",
        description="Which alerts meet in one room while it is open: those of one `service`, all "
        "that this `route` takes, or `none`: a room each.",
        examples=["route"],
    )
    severity: SeverityName | None = Field(
        None,
        description="The severity that a room opens with, whatever the alert's priority.",
        examples=["Sev1"],
    )
    invite: tuple[Invitee, ...] = Field(
        (),
        description="Who else is invited when a room opens: e-mail addresses, Slack user ids, "
        "and user groups as `@handle` or by id.",
        examples=[["@payments-oncall", "carol@example.com"]],
    )
    private: YesOrNo | None = Field(
        None,
        description="Whether what it opens is private: only those whom PagerDuty called and "
        "`invite` names come into a private channel, and nobody else sees a trace of it. Its "
        "alerts meet only alerts of private routes. Nobody is called to fill a role.",
        examples=[True],
    )


class TypeSettings(Table):
    """`[types.KEY]`: a kind of incident that people declare by its key."""

    name: Text | None = Field(
        None,
        description="What the type is called. Like its key otherwise.",
        examples=["Security"],
    )
    private: YesOrNo | None = Field(
        None,
        description="Whether every incident of this type is private: a private channel, and no "
        "trace of it for anybody who was not invited.",
        examples=[True],
    )
    severity: SeverityName | None = Field(
        None,
        description="The severity that such an incident opens with when who declares it says none.",
        examples=["Sev2"],
    )
    invite: tuple[Invitee, ...] = Field(
        (),
        description="Who else is invited when its room opens: e-mail addresses, Slack user ids, "
        "and user groups as `@handle` or by id.",
        examples=[["@security-oncall"]],
    )


class SloSettings(Table):
    """`[[slos]]`: a service level objective."""

    service: Text = Field(
        description="The PagerDuty service that it is for, by name or id.",
        examples=["Payment API"],
    )
    objective: Objective = Field(
        description="The objective in percent, above 0 and below 100.", examples=[99.95]
    )
    window: Window = Field(
        "30d",
        description="The time that the error budget is for: days, or the calendar `month`.",
        examples=["28d"],
    )
    method: Annotated[str, Choice("downtime", "fractional", "requests")] = Field(
        "fractional",
        description="The way in which its consumption is counted here: `downtime` counts full "
        "minutes of bad time; `fractional` weighs each minute by its error rate; `requests` "
        "counts bad requests against the requests of the window.",
        examples=["downtime"],
    )


class ZoneSettings(Table):
    """`[[zones]]`: a zone of the error budget."""

    name: Text = Field(description="What the zone is called.", examples=["Concerning"])
    from_percent: Share = Field(
        alias="from",
        description="The share of the budget, in percent consumed, at which it begins. The first "
        "zone begins at 0, and each further one above the one before.",
        examples=[50],
    )


class ReminderSettings(Table):
    """`[reminders]`. What is not given is as in `Reminders()`."""

    no_ic: After = Field(
        None,
        description="Nobody is Incident Commander: so long after the opening, or after the last "
        "one gave the role back.",
        examples=["10m"],
    )
    update_due: YesOrNo = Field(
        True,
        description="An update is overdue by the cadence of its severity (`[cadences]`), and again "
        "every 15 minutes.",
        examples=[False],
    )
    not_resolved: After = Field(
        None, description="Mitigated for so long, and not resolved.", examples=["1h"]
    )
    no_impact_start: After = Field(
        None,
        description="Nobody has said when the impact began, so long after the opening.",
        examples=["30m"],
    )
    no_actions: After = Field(
        None, description="Resolved for so long, without an action item.", examples=["2d"]
    )
    not_approved: After = Field(
        None,
        description="Resolved for so long, and the postmortem is not approved.",
        examples=["5d"],
    )
    action_overdue: YesOrNo = Field(
        True,
        description="An action item is not done on its day: at nine in the next morning, and again "
        "every week.",
        examples=[False],
    )
    most: Times = Field(3, description="How often each comes at most, 1 to 10 times.", examples=[2])
    quiet: QuietHours = Field(
        None,
        description="The hours in which reminders of milder severities wait (`quiet_below`): from "
        "and to, also over midnight, or false for none.",
        examples=["22:00-07:00"],
    )
    quiet_below: SeverityName = Field(
        _DEFAULT.reminders.quiet_below,
        description="Which severities the quiet hours are for: those below this one, that is, all "
        "that are milder. This one itself and the worse ones are reminded at any time.",
        examples=["Sev1"],
    )
    zone: ZoneName = Field(
        _DEFAULT.reminders.zone,
        description="Whose clock the quiet hours and the mornings go by.",
        examples=["Europe/Berlin"],
    )


class RoomSettings(Table):
    """`[rooms]`."""

    archive_after_days: Days = Field(
        _DEFAULT.archive_after_days,
        description="So many days after an incident is resolved or cancelled its room is archived. "
        "The room is told a day before, and can say no. false: never.",
        examples=[14],
    )


class KeptFileSettings(Table):
    """`[files]`."""

    keep: YesOrNo = Field(
        _DEFAULT.files.keep,
        description="Whether the files of messages on the timeline are fetched and kept in the "
        "database, so that exports have them. false: exports link to Slack.",
        examples=[False],
    )
    max_megabytes: Megabytes = Field(
        _DEFAULT.files.max_megabytes,
        description="How large one may be, in megabytes, 1 to 100. Of a larger one exports have "
        "the link to the message in Slack.",
        examples=[25],
    )


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
