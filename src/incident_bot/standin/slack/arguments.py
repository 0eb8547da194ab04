"""The Web API methods that the stand-in knows: their arguments and their rate.

Names are Slack's own (docs.slack.dev/reference/methods); a test holds this table against
the recorded method descriptions when they are at hand. `per_minute` is the method's tier
(docs.slack.dev/apis/web-api/rate-limits); 0 stands for a special tier with no fixed figure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """Required and optional argument names (`token` apart) and calls allowed in a minute."""

    required: frozenset[str]
    optional: frozenset[str]
    per_minute: int

    @property
    def names(self) -> frozenset[str]:
        """All argument names."""
        return self.required | self.optional


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


FLAGS = _names(
    "as_user exclude_archived exclude_muted force full include_all_metadata include_count "
    "include_disabled include_locale include_num_members include_users inclusive is_private "
    "link_names mrkdwn prevent_creation reply_broadcast return_im unfurl_links unfurl_media"
)
"""Arguments that are true or false."""

STRUCTURES = _names("attachments blocks file_ids files metadata unfurled_attachments view")
"""Arguments that are JSON."""

LISTS = _names("channel_id channels types users")
"""Arguments that may be several values: a list, or one string with commas."""


def _method(per_minute: int, required: str = "", optional: str = "") -> Method:
    return Method(_names(required), _names(optional), per_minute)


METHODS: dict[str, Method] = {
    "api.test": _method(100, "", "error"),
    "apps.connections.open": _method(1, "", ""),
    "auth.test": _method(0, "", ""),
    "bookmarks.add": _method(
        20,
        "title type",
        "access_level channel_id emoji entity_id link parent_id",
    ),
    "bookmarks.edit": _method(20, "", "bookmark_id channel_id emoji link title"),
    "bookmarks.list": _method(50, "", "channel_id"),
    "bookmarks.remove": _method(20, "", "bookmark_id channel_id quip_section_id"),
    "chat.delete": _method(50, "channel ts", "as_user"),
    "chat.getPermalink": _method(0, "channel message_ts", ""),
    "chat.postEphemeral": _method(
        100,
        "channel user",
        "as_user attachments blocks icon_emoji icon_url link_names markdown_text metadata "
        "parse text thread_ts username",
    ),
    "chat.postMessage": _method(
        0,
        "channel",
        "as_user attachments blocks current_draft_last_updated_ts icon_emoji icon_url "
        "link_names markdown_text metadata mrkdwn parse reply_broadcast text thread_ts "
        "unfurl_links unfurl_media username",
    ),
    "chat.update": _method(
        50,
        "channel ts",
        "as_user attachments blocks file_ids link_names markdown_text metadata parse "
        "reply_broadcast text unfurled_attachments",
    ),
    "conversations.archive": _method(20, "channel", ""),
    "conversations.create": _method(20, "name", "is_private team_id"),
    "conversations.history": _method(
        50,
        "channel",
        "cursor include_all_metadata inclusive latest limit oldest",
    ),
    "conversations.info": _method(50, "channel", "include_locale include_num_members"),
    "conversations.invite": _method(50, "channel users", "force"),
    "conversations.join": _method(50, "channel", ""),
    "conversations.kick": _method(50, "channel", "user"),
    "conversations.leave": _method(50, "channel", ""),
    "conversations.list": _method(20, "", "cursor exclude_archived limit team_id types"),
    "conversations.members": _method(100, "channel", "cursor limit"),
    "conversations.open": _method(50, "", "channel prevent_creation return_im users"),
    "conversations.rename": _method(20, "channel name", ""),
    "conversations.replies": _method(
        50,
        "channel ts",
        "cursor include_all_metadata inclusive latest limit oldest",
    ),
    "conversations.setPurpose": _method(20, "channel purpose", ""),
    "conversations.setTopic": _method(20, "channel topic", ""),
    "conversations.unarchive": _method(20, "channel", ""),
    "files.completeUploadExternal": _method(
        100,
        "files",
        "blocks channel_id channels icon_emoji icon_url initial_comment thread_ts username",
    ),
    "files.delete": _method(50, "file", ""),
    "files.getUploadURLExternal": _method(100, "filename length", "alt_txt snippet_type"),
    "files.info": _method(100, "file", "cursor limit"),
    "pins.add": _method(20, "channel", "timestamp"),
    "pins.list": _method(20, "channel", ""),
    "pins.remove": _method(20, "channel", "timestamp"),
    "reactions.add": _method(50, "channel name timestamp", ""),
    "reactions.get": _method(50, "", "channel file file_comment full timestamp"),
    "reactions.remove": _method(20, "name", "channel file file_comment timestamp"),
    "team.info": _method(50, "", "domain team"),
    "usergroups.list": _method(20, "", "include_count include_disabled include_users team_id"),
    "usergroups.users.list": _method(20, "usergroup", "include_disabled team_id"),
    "users.conversations": _method(
        20,
        "",
        "cursor exclude_archived exclude_muted limit team_id types user",
    ),
    "users.info": _method(100, "user", "include_locale"),
    "users.list": _method(20, "", "cursor include_locale limit team_id"),
    "users.lookupByEmail": _method(50, "email", ""),
    "views.open": _method(100, "view", "interactivity_pointer trigger_id"),
    "views.publish": _method(100, "user_id view", "hash interactivity_pointer"),
    "views.push": _method(100, "view", "interactivity_pointer trigger_id"),
    "views.update": _method(100, "view", "external_id hash view_id"),
}
