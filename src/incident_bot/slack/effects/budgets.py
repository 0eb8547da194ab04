"""Which call each kind of job is about, so that it is taken when Slack has room for that call."""

from collections.abc import Mapping

from incident_bot.domain.decision import JobKind
from incident_bot.slack.pacing import POST, Pacer

CALLS: Mapping[JobKind, str] = {
    JobKind.CREATE_ROOM: "conversations.create",
    JobKind.INVITE: "conversations.invite",
    JobKind.POST_SUMMARY: POST,
    JobKind.POST_ALERTS: POST,
    JobKind.SAY: POST,
    JobKind.TELL_PERSON: "conversations.open",
    JobKind.ASK_TO_RESOLVE: POST,
    JobKind.ANNOUNCE: POST,
    JobKind.ANNOUNCE_ALERT: POST,
    JobKind.POST_UPDATE: POST,
    JobKind.EDIT_UPDATE: "chat.update",
    JobKind.UPDATE_SUMMARY: "chat.update",
    JobKind.UPDATE_ALERTS: "chat.update",
    JobKind.UPDATE_TOLD: "chat.update",
    JobKind.UPDATE_ANNOUNCEMENT: "chat.update",
    JobKind.SET_TOPIC: "conversations.setTopic",
    JobKind.PIN_SUMMARY: "pins.add",
    JobKind.ADD_BOOKMARK: "bookmarks.add",
    JobKind.ARCHIVE_ROOM: "conversations.archive",
    JobKind.LOOK_AT_MESSAGE: "reactions.get",
    JobKind.CATCH_UP: "conversations.history",
    JobKind.DELIVER_POSTMORTEM: "files.completeUploadExternal",
    JobKind.DELIVER_TIMELINE: "files.completeUploadExternal",
    JobKind.RETIRE_DRAFT: "files.delete",
    JobKind.ASK_QUESTION: POST,
    JobKind.PUBLISH_HOME: "views.publish",
    JobKind.UPDATE_QUESTION: "chat.update",
}
URGENT = frozenset({JobKind.CREATE_ROOM, JobKind.INVITE, JobKind.POST_SUMMARY})
"""Kinds whose call is urgent."""


class SlackBudgets:
    """Slack's room as the runner's pools ask for it. Further calls of a job wait in the gateway."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    def of(self, kind: JobKind) -> str | None:
        """The method; None for what is not done in Slack."""
        return CALLS.get(kind)

    def free(self, kind: JobKind) -> int | None:
        """How many more calls may begin now; None: as many as you like."""
        method = CALLS.get(kind)
        return None if method is None else self._pacer.free(method, urgent=kind in URGENT)

    def opens_in(self, kind: JobKind) -> float:
        """Seconds until the next may begin."""
        method = CALLS.get(kind)
        return 0.0 if method is None else self._pacer.opens_in(method, urgent=kind in URGENT)
