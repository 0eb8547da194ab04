"""Reading a call's arguments, and refusing those the method does not have."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from .arguments import FLAGS, LISTS, METHODS, STRUCTURES
from .errors import SlackError

STRUCTURED = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
    "files": "invalid_arguments",
}


TRUE = frozenset({"1", "true", "t", "yes"})
FALSE = frozenset({"0", "false", "f", "no"})


class Args(dict[str, Any]):
    """The arguments of one call, as strings (query, form) or JSON values."""

    def text(self, name: str, default: str = "") -> str:
        """An argument as a string; `default` when absent."""
        value = self.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """An argument as a boolean, in all the spellings that clients use."""
        value = self.get(name)
        if value is None or value == "":
            return default
        return str(value).lower() in TRUE

    def names(self, name: str) -> list[str]:
        """An argument that is a list or a comma-separated string."""
        value = self.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def limit(self, default: int, most: int = 1000, *, refusal: str = "invalid_arguments") -> int:
        """The `limit` argument, 1 to `most`; the method's `refusal` otherwise."""
        raw = self.text("limit") or str(default)
        if not raw.isdigit() or not 1 <= int(raw) <= most:
            raise SlackError(refusal, f"limit must be 1 to {most}")
        return int(raw)

    def structure(self, name: str) -> Any:
        """An argument that is JSON, decoded; None when absent or an empty string."""
        value = self.get(name)
        if isinstance(value, str):
            if value == "":
                return None
            try:
                return json.loads(value)
            except ValueError:
                raise SlackError(STRUCTURED[name], f"{name} is not valid JSON") from None
        return value


async def read(request: web.Request) -> tuple[Args, str | None]:
    """The call's arguments from query, form, JSON or multipart, and its token.

    The token comes from `Authorization: Bearer …` or the `token` argument; newer apps may not
    put it into the address. SlackError: invalid_json, json_not_object, invalid_post_type,
    missing_post_type.
    """
    args = Args(request.query)
    args.pop("token", None)
    kind = request.content_type
    if request.method == "POST":
        if kind == "application/json":
            body = await request.read()
            try:
                decoded = json.loads(body or b"{}")
            except ValueError:
                raise SlackError("invalid_json") from None
            if not isinstance(decoded, dict):
                raise SlackError("json_not_object")
            args.update(decoded)
        elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            args.update(await request.post())
        elif request.can_read_body:
            given = "Content-Type" in request.headers
            raise SlackError("invalid_post_type" if given else "missing_post_type")
    token = args.pop("token", None)
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ").strip()
    return args, token


def check(method: str, args: Args) -> None:
    """Refuse unknown methods, unknown, badly typed and missing arguments.

    Slack itself lets unknown arguments pass; here they are an error, so that a misspelt
    one is noticed.
    """
    known = METHODS.get(method)
    if known is None:
        raise SlackError("unknown_method", req_method=method)
    unknown = sorted(set(args) - known.names)
    if unknown:
        raise SlackError("invalid_arg_name", *(f"no such argument: {name}" for name in unknown))
    wrong = [told for name in sorted(args) if (told := _mistyped(name, args[name])) is not None]
    if wrong:
        raise SlackError("invalid_arguments", *wrong)
    missing = sorted(name for name in known.required if args.get(name) in (None, ""))
    missing = [name for name in missing if (method, name) not in OWN_CODE]
    if missing:
        raise SlackError(
            "invalid_arguments", *(f"missing required field: {name}" for name in missing)
        )


def _mistyped(name: str, value: Any) -> str | None:
    """What is wrong with the form of an argument, whatever its method; None when nothing is.

    A timestamp as a JSON number would lose its last digits, so that is refused too.
    """
    if value is None or value == "":
        return None
    if name in FLAGS:
        known = str(value).lower() in TRUE | FALSE
        return None if known else f"{name} must be true or false"
    if name in STRUCTURES:
        return None if isinstance(value, str | list | dict) else f"{name} must be JSON"
    if isinstance(value, list) and name in LISTS:
        plain = all(isinstance(item, str) for item in value)
        return None if plain else f"{name} must be a list of strings"
    scalar = isinstance(value, str | int) and not isinstance(value, bool)
    return None if scalar else f"{name} must be a string"


OWN_CODE = {
    ("conversations.create", "name"),
    ("conversations.rename", "name"),
    ("conversations.invite", "users"),
    ("conversations.setTopic", "topic"),
    ("conversations.setPurpose", "purpose"),
    ("users.info", "user"),
    ("reactions.add", "name"),
    ("reactions.remove", "name"),
    ("files.completeUploadExternal", "files"),
    ("views.open", "view"),
    ("views.push", "view"),
    ("views.update", "view"),
    ("views.publish", "view"),
}
"""Required arguments whose absence (or emptiness) the method answers in its own way."""
