"""What the bot does in Slack: one handler for each kind of job."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from incident_bot.domain.decision import JobKind
from incident_bot.domain.policy import Policy
from incident_bot.effects import Handler
from incident_bot.slack.effects import (
    alerts,
    announcements,
    archive,
    direct,
    documents,
    files,
    guests,
    home,
    interview,
    invitations,
    looks,
    messages,
    roles,
    room,
    summary,
    updates,
)
from incident_bot.slack.effects.needs import (
    Assign,
    Directory,
    Memory,
    OnCallNow,
    Stands,
    WriteDocument,
)
from incident_bot.slack.effects.on_call import OnCall
from incident_bot.slack.effects.refusals import told
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.lookup import Lookup


def handlers(
    gateway: Gateway,
    memory: Memory,
    people: Directory,
    policy: Policy,
    *,
    lookup: Lookup,
    on_call: OnCallNow,
    assign: Assign,
    write_postmortem: WriteDocument,
    write_timeline: WriteDocument,
    stands: Stands,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Mapping[JobKind, Handler]:
    """A handler for every kind of job that is done in Slack.

    `memory` is the Store, `people` the People. `on_call(escalation_policy_id)` answers who is on
    call at its first level (raises Later); `assign(ref, role_key, person)` is AssignRole by the
    bot with `only_if_free`; `now` gives domain time. Of Slack's troubles they raise only Later
    (an outcome unknown is one: SlackUnknown) and GiveUp.
    """
    asked = OnCall(on_call)
    named = guests.Guests(people, lookup)
    furniture = summary.Summary(gateway, memory, policy, now)
    further = alerts.FurtherAlerts(gateway, memory)
    public = announcements.Announcements(gateway, lookup, memory, policy)
    private = direct.Direct(gateway, memory, people, policy, now)
    told_outside = updates.Updates(gateway, memory)
    spoken = messages.Messages(gateway, policy)
    papers = documents.Documents(
        gateway, memory, policy, postmortem=write_postmortem, timeline=write_timeline
    )
    asking = interview.Interview(gateway, memory)
    homes = home.Home(gateway, memory, people, policy)
    watched = looks.Looks(gateway, memory, people, policy, stands)
    fetched = files.Files(gateway, memory, policy)
    every: dict[JobKind, tuple[str, Handler]] = {
        JobKind.CREATE_ROOM: (room.WHAT, room.OpenRoom(gateway, memory, policy)),
        JobKind.LOOK_UP_PEOPLE: ("look people up", invitations.LookUpPeople(people, asked, named)),
        JobKind.INVITE: (invitations.WHAT, invitations.Invite(gateway, people, asked, named)),
        JobKind.POST_SUMMARY: (summary.POST, furniture.post),
        JobKind.PIN_SUMMARY: (summary.PIN, furniture.pin),
        JobKind.UPDATE_SUMMARY: (summary.UPDATE, furniture.update),
        JobKind.SET_TOPIC: (summary.TOPIC, furniture.set_topic),
        JobKind.ADD_BOOKMARK: (summary.BOOKMARK, furniture.add_bookmark),
        JobKind.ANNOUNCE: (announcements.ANNOUNCE, public.announce),
        JobKind.UPDATE_ANNOUNCEMENT: (announcements.UPDATE, public.update),
        JobKind.POST_UPDATE: (updates.POST, told_outside.post),
        JobKind.EDIT_UPDATE: (updates.EDIT, told_outside.edit),
        JobKind.ANNOUNCE_ALERT: (announcements.ANNOUNCE_ALERT, public.announce_alert),
        JobKind.FILL_ROLES: (roles.WHAT, roles.FillRoles(people, asked, policy, assign)),
        JobKind.POST_ALERTS: (alerts.POST, further.post),
        JobKind.UPDATE_ALERTS: (alerts.UPDATE, further.update),
        JobKind.SAY: (messages.SAY, spoken.say),
        JobKind.TELL_PERSON: (direct.TELL, private.tell),
        JobKind.UPDATE_TOLD: (direct.UPDATE, private.update),
        JobKind.ASK_TO_RESOLVE: (messages.ASK, spoken.ask_to_resolve),
        JobKind.ARCHIVE_ROOM: (archive.WHAT, archive.ArchiveRoom(gateway)),
        JobKind.DELIVER_POSTMORTEM: (documents.POSTMORTEM, papers.deliver_postmortem),
        JobKind.DELIVER_TIMELINE: (documents.TIMELINE, papers.deliver_timeline),
        JobKind.PUBLISH_HOME: (home.WHAT, homes.publish),
        JobKind.RETIRE_DRAFT: (documents.RETIRE, papers.retire_draft),
        JobKind.ASK_QUESTION: (interview.ASK, asking.ask),
        JobKind.UPDATE_QUESTION: (interview.UPDATE, asking.update),
        JobKind.LOOK_AT_MESSAGE: (looks.LOOK, watched.look),
        JobKind.CATCH_UP: (looks.CATCH_UP, watched.catch_up),
        JobKind.FETCH_FILE: (files.FETCH, fetched.fetch),
    }
    return {kind: told(what, handler) for kind, (what, handler) in every.items()}
