"""The tables of `incident-bot.toml` that have keys of their own: each key with what it means.

What a key has when it is not given comes from the domain's `Policy()`, and is None here where a
table may be given in part.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.config.forms import (
    Choice,
    EscalationPolicy,
    Invitee,
    Megabytes,
    Objective,
    Person,
    SeverityName,
    Share,
    Text,
    Word,
    YesOrNo,
)
from incident_bot.config.time_forms import (
    After,
    Days,
    QuietHours,
    Times,
    Window,
    ZoneName,
)
from incident_bot.domain.policy import Policy

_DEFAULT = Policy()


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
