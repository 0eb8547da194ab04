"""The requests that Slack makes when a person uses the bot."""

from __future__ import annotations

from typing import Any

from . import views
from .answers import Answer
from .args import Args
from .dispatch import Dispatch
from .errors import SlackError
from .http_mode import HttpMode
from .interactions import action, filled, find
from .present import JSON
from .scene import Scene
from .socket_mode import SocketMode
from .typing_in import escape
from .workspace import Channel, User, Workspace


class Requests(Scene):
    """Commands, clicks, modals and shortcuts.

    With `socket_mode` they travel in envelopes over the app's connections (see `socket`),
    without it as signed requests (see `http`). There, `signature=` and `timestamp=` of every
    coroutine forge or replay, and aiohttp.ClientError says that the bot cannot be reached.
    """

    def __init__(self, signing_secret: str, bot_url: str, desk: Workspace, port: int) -> None:
        super().__init__(signing_secret, bot_url, desk, port)
        self.socket_mode = False
        self.http = HttpMode(self)
        self.socket = SocketMode(desk)

    async def deliver(self, dispatch: Dispatch, **forge: Any) -> Answer:
        """Bring it to the bot, the way that is switched on."""
        if not self.socket_mode:
            return await self.http.carry(dispatch, **forge)
        if forge:
            raise ValueError(f"Socket Mode has nothing to forge: {sorted(forge)}")
        return await self.socket.carry(dispatch)

    async def command(
        self,
        user: User,
        text: str,
        channel: Channel,
        *,
        name: str | None = None,
        trigger_id: str | None = None,
        **forge: Any,
    ) -> Answer:
        """Type `/incident text`; `@alice`, `#incidents`, links and `<` arrive escaped.

        What the bot answers is shown as Slack would: `in_channel` becomes a message of the
        channel, `ephemeral` joins `ephemerals`; `Answer.ts` is its ts.
        """
        form = {
            "token": self.verification_token,
            "team_id": self.desk.team_id,
            "team_domain": self.desk.team_domain,
            "channel_id": channel.id,
            "channel_name": command_channel_name(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": name or self.command_name,
            "text": escape(self.desk, text) if self.should_escape else text,
            "api_app_id": self.desk.app_id,
            "is_enterprise_install": "false",
            "response_url": self.new_response_url(user, channel),
            "trigger_id": trigger_id or self.new_trigger(user),
        }
        answer = await self.deliver(Dispatch("slash_commands", form), **forge)
        if answer.response_type and answer.problem is None:
            shown = answer.body if isinstance(answer.body, dict) else {"text": answer.body}
            answer.ts = self.show(channel, user.id, shown)
        return answer

    async def _act(self, payload: JSON, forge: dict[str, Any]) -> Answer:
        """Send a block_actions payload; Slack shows nobody what the answer's body says."""
        answer = await self.interact(payload, **forge)
        if answer.problem is None and answer.response_type:
            answer.problem = "Slack ignores the body of the answer to a click"
        return answer

    async def interact(self, payload: JSON, **forge: Any) -> Answer:
        """Send an interactivity payload as it is."""
        return await self.deliver(Dispatch("interactive", payload), **forge)

    def _payload(self, kind: str, user: User, trigger_id: str | None = None) -> JSON:
        return {
            "type": kind,
            "team": {"id": self.desk.team_id, "domain": self.desk.team_domain},
            "user": {"id": user.id, "username": user.name, "name": user.name,
                     "team_id": self.desk.team_id},
            "api_app_id": self.desk.app_id,
            "token": self.verification_token,
            "trigger_id": trigger_id or self.new_trigger(user),
            "enterprise": None,
            "is_enterprise_install": False,
        }  # fmt: skip

    async def click(
        self,
        user: User,
        channel: Channel,
        message_ts: str,
        action_id: str,
        value: Any = None,
        *,
        trigger_id: str | None = None,
        **forge: Any,
    ) -> Answer:
        """Use a button or menu of a message; LookupError when the message has none such.

        `value` is the option chosen (by its value), the user or date picked; for a button it
        tells two of the same action apart.
        """
        message = self.find_message(channel, message_ts)
        block, element = find(message.blocks, action_id, value)
        hidden = "for_user" in message
        payload = self._payload("block_actions", user, trigger_id)
        payload |= {
            "container": {
                "type": "message",
                "message_ts": message_ts,
                "channel_id": channel.id,
                "is_ephemeral": hidden,
            },
            "channel": {"id": channel.id, "name": command_channel_name(channel)},
            "state": {"values": {}},
            "response_url": self.new_response_url(user, channel, message_ts),
            "actions": [action(block, element, value, self.desk.new_ts())],
        }
        if not hidden:
            payload["message"] = dict(message)
        return await self._act(payload, forge)

    async def click_in_view(
        self, user: User, view: JSON, action_id: str, value: Any = None, **forge: Any
    ) -> Answer:
        """Use a button or menu of a modal or Home tab."""
        block, element = find(view["blocks"], action_id, value)
        done = action(block, element, value, self.desk.new_ts())
        if element["type"] != "button":
            entry = {k: v for k, v in done.items() if k not in ("block_id", "action_id",
                                                                "action_ts")}  # fmt: skip
            view["state"]["values"].setdefault(block["block_id"], {})[action_id] = entry
        payload = self._payload("block_actions", user) | {
            "container": {"type": "view", "view_id": view["id"]},
            "view": dict(view),
            "actions": [done],
        }
        return await self._act(payload, forge)

    def fill(self, view: JSON, values: JSON) -> None:
        """Fill in fields of an open modal and send nothing yet; `values` as in `submit`, and ""
        empties a field."""
        view["state"]["values"] = filled(view, values, sending=False)

    async def submit(
        self, user: User, view: JSON, values: JSON | None = None, **forge: Any
    ) -> Answer:
        """Fill in a modal and send it; `values` by action_id or block_id.

        Acts on the answer as Slack does: closes, updates, pushes, clears, or keeps the modal
        open to show errors. LookupError and ValueError as `interactions.filled`.
        """
        view["state"]["values"] = filled(view, values or {})
        payload = self._payload("view_submission", user) | {"view": dict(view), "response_urls": []}
        answer = await self.interact(payload, **forge)
        if answer.problem is None:
            try:
                self._after_submission(user, view, answer)
            except SlackError as error:
                answer.problem = f"{error.code}: {'; '.join(error.messages)}"
        return answer

    def _after_submission(self, user: User, view: JSON, answer: Answer) -> None:
        if isinstance(answer.body, str) and answer.body:
            raise SlackError("invalid_response", "the answer must be empty or a response_action")
        body = answer.body if isinstance(answer.body, dict) else {}
        next_view = Args(view=body.get("view"))
        match body.get("response_action"):
            case "errors":
                unknown = set(body.get("errors") or {}) - {b["block_id"] for b in view["blocks"]}
                if unknown or not body.get("errors"):
                    raise SlackError("invalid_arguments", f"errors name no input: {unknown}")
            case "update":
                checked = views.checked(self.desk, next_view, "modal", own=view["id"])
                views.replace(self.desk, view, checked)
            case "push":
                checked = views.checked(self.desk, next_view, "modal")
                views.push_onto(self.desk, checked, user.id)
            case "clear":
                views.close_all(self.desk, user.id)
            case None:
                self.desk.views.pop(view["id"], None)
                self.desk.view_owners.pop(view["id"], None)
            case other:
                raise SlackError("invalid_arguments", f"unknown response_action {other}")

    async def close_modal(self, user: User, view: JSON, **forge: Any) -> Answer | None:
        """Close a modal; the bot hears of it only if the view has `notify_on_close`."""
        self.desk.views.pop(view["id"], None)
        self.desk.view_owners.pop(view["id"], None)
        if not view["notify_on_close"]:
            return None
        payload = self._payload("view_closed", user) | {"view": dict(view), "is_cleared": False}
        return await self.interact(payload, **forge)

    async def shortcut(
        self,
        user: User,
        callback_id: str,
        channel: Channel | None = None,
        message_ts: str | None = None,
        **forge: Any,
    ) -> Answer:
        """Use a global shortcut, or a message shortcut when a message is given."""
        payload = self._payload("shortcut", user) | {"callback_id": callback_id}
        payload["action_ts"] = self.desk.new_ts()
        if channel is not None and message_ts is not None:
            payload |= {
                "type": "message_action",
                "message_ts": message_ts,
                "message": dict(channel.message(message_ts)),
                "channel": {"id": channel.id, "name": command_channel_name(channel)},
                "response_url": self.new_response_url(user, channel),
            }
        return await self.interact(payload, **forge)


def command_channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
