"""views.* methods: modals and the Home tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .args import Args
from .blocks import check_view, elements_of, named, too_large
from .errors import SlackError
from .workspace import Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]
TRIGGER_SECONDS = 3.0
DEEPEST = 3


def redeem(desk: Workspace, value: str) -> str:
    """Use up a trigger_id; the person it was given to.

    Raises SlackError: invalid_trigger_id, exchanged_trigger_id (used before),
    expired_trigger_id (older than three seconds).
    """
    trigger = desk.triggers.get(value)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if desk.monotonic() - trigger.given > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger.user


def checked(desk: Workspace, args: Args, kind: str, own: str | None = None) -> JSON:
    """The call's view, checked; `own` is the id of the view that it replaces."""
    view = args.structure("view")
    complaints = check_view(view)
    if not complaints and view["type"] != kind:
        complaints = [f"the view must be of type {kind}"]
    if complaints:
        raise SlackError("invalid_arguments", *complaints)
    if too_large(view):
        raise SlackError("view_too_large")
    external = view.get("external_id")
    if external and any(
        v["external_id"] == external and v["id"] != own for v in desk.views.values()
    ):
        raise SlackError("duplicate_external_id")
    return dict(view)


def keep(desk: Workspace, view: JSON, user: str, *, under: JSON | None = None) -> JSON:
    """Store a new view; `under` is the view that it is pushed onto."""
    view_id = desk.new_id("V")
    stored: JSON = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **view,
        "blocks": named(view["blocks"]),
        "id": view_id,
        "team_id": desk.team_id,
        "state": {"values": {}},
        "hash": f"{desk.new_ts()}.{view_id}",
        "root_view_id": under["root_view_id"] if under else view_id,
        "previous_view_id": under["id"] if under else None,
        "app_id": desk.app_id,
        "app_installed_team_id": desk.team_id,
        "bot_id": desk.bot_id,
    }
    desk.views[view_id] = stored
    desk.view_owners[view_id] = user
    return stored


def replace(desk: Workspace, stored: JSON, view: JSON) -> JSON:
    """Put a new view in the place of a stored one, under the same id.

    What was entered stays where the block id and the action id stay
    (docs.slack.dev/surfaces/modals, "Updating views").
    """
    entered = stored["state"]["values"]
    owner, view_id = desk.view_owners[stored["id"]], stored["id"]
    fresh = keep(desk, view, owner)
    del desk.views[fresh["id"]], desk.view_owners[fresh["id"]]
    kept: JSON = {}
    for block in fresh["blocks"]:
        for element in elements_of(block):
            entry = entered.get(block["block_id"], {}).get(element.get("action_id"))
            if entry is not None:
                kept.setdefault(block["block_id"], {})[element["action_id"]] = entry
    stored.update(fresh | {
        "state": {"values": kept},
        "id": view_id,
        "root_view_id": stored["root_view_id"],
        "previous_view_id": stored["previous_view_id"],
    })  # fmt: skip
    return stored


def stack(desk: Workspace, user: str) -> list[JSON]:
    """The modals a person has open, lowest first."""
    return [
        v for v in desk.views.values() if desk.view_owners[v["id"]] == user and v["type"] == "modal"
    ]


def close_all(desk: Workspace, user: str) -> None:
    """Close all modals of a person."""
    for view in stack(desk, user):
        del desk.views[view["id"]], desk.view_owners[view["id"]]


def push_onto(desk: Workspace, view: JSON, user: str) -> JSON:
    """Put a modal on top of those open; push_limit_reached above three."""
    opened = stack(desk, user)
    if len(opened) >= DEEPEST:
        raise SlackError("push_limit_reached")
    return keep(desk, view, user, under=opened[-1] if opened else None)


def _trigger(args: Args) -> str:
    value = args.text("trigger_id") or args.text("interactivity_pointer")
    if not value:
        raise SlackError("invalid_arguments", "missing required field: trigger_id")
    return value


def open_modal(desk: Workspace, args: Args) -> JSON:
    """views.open."""
    value, view = _trigger(args), checked(desk, args, "modal")
    user = redeem(desk, value)
    close_all(desk, user)
    return {"view": dict(keep(desk, view, user))}


def push(desk: Workspace, args: Args) -> JSON:
    """views.push: onto the modal that the person has open."""
    value, view = _trigger(args), checked(desk, args, "modal")
    user = redeem(desk, value)
    if not stack(desk, user):
        raise SlackError("not_found")
    return {"view": dict(push_onto(desk, view, user))}


def update(desk: Workspace, args: Args) -> JSON:
    """views.update: by view_id or external_id; `hash` guards against races."""
    if args.text("view_id"):
        stored = desk.views.get(args.text("view_id"))
    elif args.text("external_id"):
        wanted = args.text("external_id")
        stored = next((v for v in desk.views.values() if v["external_id"] == wanted), None)
    else:
        raise SlackError("invalid_arguments", "missing required field: view_id")
    if stored is None:
        raise SlackError("not_found")
    view = checked(desk, args, stored["type"], own=stored["id"])
    if args.text("hash") and args.text("hash") != stored["hash"]:
        raise SlackError("hash_conflict")
    return {"view": dict(replace(desk, stored, view))}


def publish(desk: Workspace, args: Args) -> JSON:
    """views.publish: the Home tab of one person."""
    user = args.text("user_id")
    if user not in desk.users:
        raise SlackError("invalid_arguments", "user_not_found")
    stored = desk.homes.get(user)
    view = checked(desk, args, "home", own=stored["id"] if stored else None)
    if stored is None:
        stored = desk.homes[user] = keep(desk, view, user)
        return {"view": dict(stored)}
    if args.text("hash") and args.text("hash") != stored["hash"]:
        raise SlackError("hash_conflict")
    return {"view": dict(replace(desk, stored, view))}


METHODS: dict[str, Handler] = {
    "views.open": open_modal,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
