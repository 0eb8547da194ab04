"""Which error codes each method may answer, so that nobody learns to live with invented ones.

Names are Slack's own (docs.slack.dev/reference/methods); a test holds this table against the
recorded method descriptions when they are at hand. It has the codes that the stand-in answers and
those that tests ask it to answer.
"""

from __future__ import annotations


def _codes(names: str = "") -> frozenset[str]:
    return frozenset(names.split())


TRANSPORT = _codes("internal_error invalid_arguments invalid_json json_not_object unknown_method")
"""What the Web API itself says before any method is asked (docs.slack.dev/apis/web-api)."""

GENERAL = _codes(
    "access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied "
    "enterprise_is_restricted fatal_error invalid_arg_name invalid_array_arg invalid_charset "
    "invalid_form_data invalid_post_type is_bot method_deprecated missing_post_type "
    "missing_scope no_permission not_allowed_token_type not_authed org_login_required "
    "ratelimited request_timeout service_unavailable team_added_to_org token_expired "
    "token_revoked two_factor_setup_required"
)
"""What every method may say."""

OWN: dict[str, frozenset[str]] = {
    "api.test": _codes(),
    "apps.connections.open": _codes("forbidden_team"),
    "auth.test": _codes(),
    "bookmarks.add": _codes(
        "channel_not_found file_not_found invalid_bookmark_type invalid_emoji "
        "invalid_link permission_denied too_many_bookmarks"
    ),
    "bookmarks.edit": _codes(
        "channel_not_found invalid_bookmark_type invalid_emoji invalid_link not_found "
        "permission_denied"
    ),
    "bookmarks.list": _codes("channel_not_found"),
    "bookmarks.remove": _codes(
        "channel_not_found invalid_bookmark_type not_found permission_denied user_not_found"
    ),
    "chat.delete": _codes("cant_delete_message channel_not_found message_not_found"),
    "chat.getPermalink": _codes("channel_not_found message_not_found"),
    "chat.postEphemeral": _codes(
        "cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks "
        "invalid_blocks_format is_archived markdown_text_conflict msg_too_long no_text "
        "not_in_channel restricted_action too_many_attachments user_not_in_channel"
    ),
    "chat.postMessage": _codes(
        "cannot_reply_to_message channel_not_found invalid_blocks invalid_blocks_format "
        "invalid_metadata_format is_archived markdown_text_conflict metadata_too_large "
        "msg_blocks_too_long no_text not_in_channel restricted_action team_not_found "
        "too_many_attachments"
    ),
    "chat.update": _codes(
        "cant_update_message channel_not_found file_not_found invalid_attachments "
        "invalid_blocks invalid_blocks_format invalid_metadata_format is_inactive "
        "markdown_text_conflict message_not_found metadata_too_large msg_too_long no_text "
        "posting_to_channel_denied team_not_found too_many_attachments"
    ),
    "conversations.archive": _codes(
        "already_archived cant_archive_general channel_not_found "
        "method_not_supported_for_channel_type not_in_channel restricted_action"
    ),
    "conversations.create": _codes(
        "invalid_name invalid_name_maxlength invalid_name_punctuation "
        "invalid_name_required invalid_name_specials name_taken restricted_action"
    ),
    "conversations.history": _codes(
        "channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest not_in_channel"
    ),
    "conversations.info": _codes("channel_not_found"),
    "conversations.invite": _codes(
        "already_in_channel cant_invite cant_invite_self channel_not_found is_archived "
        "method_not_supported_for_channel_type no_user not_in_channel user_is_restricted "
        "user_not_found"
    ),
    "conversations.join": _codes(
        "channel_not_found is_archived method_not_supported_for_channel_type"
    ),
    "conversations.kick": _codes(
        "cant_kick_self channel_not_found method_not_supported_for_channel_type "
        "not_in_channel restricted_action user_not_found"
    ),
    "conversations.leave": _codes(
        "channel_not_found is_archived method_not_supported_for_channel_type user_is_restricted"
    ),
    "conversations.list": _codes(
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type"
    ),
    "conversations.members": _codes(
        "channel_not_found invalid_cursor invalid_limit method_not_supported_for_channel_type"
    ),
    "conversations.open": _codes(
        "channel_not_found invalid_user_combination method_not_supported_for_channel_type "
        "too_many_users user_disabled user_not_found users_list_not_supplied"
    ),
    "conversations.rename": _codes(
        "channel_not_found invalid_name invalid_name_maxlength invalid_name_punctuation "
        "invalid_name_required invalid_name_specials is_archived "
        "method_not_supported_for_channel_type name_taken not_authorized not_in_channel"
    ),
    "conversations.replies": _codes(
        "channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest "
        "method_not_supported_for_channel_type thread_not_found"
    ),
    "conversations.setPurpose": _codes(
        "channel_not_found is_archived method_not_supported_for_channel_type "
        "not_in_channel too_long user_is_restricted"
    ),
    "conversations.setTopic": _codes(
        "channel_not_found is_archived method_not_supported_for_channel_type "
        "not_in_channel too_long user_is_restricted"
    ),
    "conversations.unarchive": _codes(
        "channel_not_found method_not_supported_for_channel_type not_archived"
    ),
    "files.completeUploadExternal": _codes(
        "channel_not_found channels_limit_exceeded file_not_found invalid_blocks "
        "invalid_channel not_in_channel posting_to_channel_denied"
    ),
    "files.delete": _codes("cant_delete_file file_deleted file_not_found"),
    "files.getUploadURLExternal": _codes(
        "alt_txt_too_large file_upload_size_restricted file_uploads_disabled"
    ),
    "files.info": _codes("file_deleted file_not_found"),
    "pins.add": _codes(
        "already_pinned bad_timestamp channel_not_found file_not_found message_not_found "
        "no_item_specified not_in_channel not_pinnable restricted_action too_many_pins"
    ),
    "pins.list": _codes("channel_not_found restricted_action"),
    "pins.remove": _codes(
        "bad_timestamp channel_not_found file_not_found message_not_found "
        "no_item_specified no_pin restricted_action"
    ),
    "reactions.add": _codes(
        "already_reacted bad_timestamp channel_not_found invalid_name is_archived "
        "message_not_found no_access no_item_specified"
    ),
    "reactions.get": _codes(
        "bad_timestamp channel_not_found file_not_found message_not_found no_item_specified"
    ),
    "reactions.remove": _codes(
        "bad_timestamp channel_not_found file_not_found invalid_name message_not_found "
        "no_access no_item_specified no_reaction"
    ),
    "team.info": _codes("team_not_found user_not_found"),
    "usergroups.list": _codes("invalid_cursor plan_upgrade_required users_not_found"),
    "usergroups.users.list": _codes("invalid_cursor no_such_subteam plan_upgrade_required"),
    "users.conversations": _codes(
        "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type"
    ),
    "users.info": _codes("too_many_users user_not_found"),
    "users.list": _codes("invalid_cursor"),
    "users.lookupByEmail": _codes("users_not_found"),
    "views.open": _codes(
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id "
        "view_too_large"
    ),
    "views.publish": _codes("duplicate_external_id hash_conflict view_too_large"),
    "views.push": _codes(
        "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id "
        "not_found push_limit_reached view_too_large"
    ),
    "views.update": _codes("duplicate_external_id hash_conflict not_found view_too_large"),
}
"""What a method says beside that."""

TOKENS = _codes("invalid_auth")
"""Said by every method that takes a token."""


def may_say(method: str, code: str) -> bool:
    """True when the method is documented to answer this code. `*` is all methods; an unknown
    one says one thing, and api.test whatever it was told to say."""
    if method == "*":
        return code in TRANSPORT | GENERAL | TOKENS
    if method not in OWN:
        return code == "unknown_method"
    return method == "api.test" or code in TRANSPORT | GENERAL | TOKENS | OWN[method]
