"""The Slack app manifest: everything that the app needs in a workspace, and nothing unused.

`manifest.yml` at the top of the repository is what `incident-bot manifest` prints for the example
address; a test holds it. Limits: docs.slack.dev/reference/app-manifest.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from incident_bot.slack.listeners import VERBS
from incident_bot.slack.listeners.events import EVENTS, subscriptions
from incident_bot.slack.listeners.shortcuts import SHORTCUTS
from incident_bot.slack.scopes import APP_TOKEN, BOT_SCOPES

EXAMPLE_URL = "https://incident-bot.example.com"
EVENTS_PATH = "/slack/events"
NAME = "Incident Bot"
COMMAND = "/incident"

_DESCRIPTION = "Runs incidents and drafts the postmortem"
_LONG_DESCRIPTION = (
    "Incident Bot opens a channel for each incident, from a PagerDuty alert or from "
    f"{COMMAND}, invites who is on call, keeps the timeline while people work, and drafts the "
    "postmortem when the incident is resolved. It runs on your own machines and keeps what it "
    "records in your own database."
)
_MAKE = """\
The Slack app for {mode}.
New: https://api.slack.com/apps, Create New App, From a manifest, paste all of this, install it.
There already: App Manifest, paste all of this, save, then Install App, Reinstall.
Then set SLACK_BOT_TOKEN, the xoxb-… under OAuth & Permissions, and
"""
_HTTP_SETTINGS = """\
SLACK_SIGNING_SECRET, under Basic Information. `incident-bot check` proves what you have set.
For another address: incident-bot manifest --url https://…, without one: --socket-mode
"""
_SOCKET_SETTINGS = """\
SLACK_APP_TOKEN, the xapp-…: Basic Information, App-Level Tokens, Generate, with the scope
{scope}: a manifest cannot hold that. `incident-bot check` proves what you have set.
"""


class ManifestError(ValueError):
    """An address or a name that Slack would not take; the sentence says what it takes."""


def request_url(url: str) -> str:
    """Where Slack sends requests for a bot at this address; a path in it is kept.

    Raises ManifestError when it is not https (http is taken for loopback: a local stand-in).
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ManifestError(f"--url is not an address: {url!r}. Example: {EXAMPLE_URL}") from error
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", url.strip()):
        raise ManifestError(f"--url is not an https address: {url!r}. Example: {EXAMPLE_URL}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ManifestError(
            f"--url must be host and path only, without user, ? or #. Example: {EXAMPLE_URL}"
        )
    if parts.scheme == "http" and not _is_loopback(host):
        raise ManifestError(
            "--url must begin with https://: Slack's requests carry what people type. Put a "
            "reverse proxy or a tunnel with a certificate before the bot, or use --socket-mode."
        )
    path = parts.path.rstrip("/").removesuffix(EVENTS_PATH)
    return f"{parts.scheme}://{parts.netloc}{path}{EVENTS_PATH}"


def is_only_here(url: str) -> bool:
    """True for an address that can only mean this machine, which Slack cannot reach."""
    return _is_loopback(urlsplit(url.strip()).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def build(url: str | None, *, name: str = NAME) -> dict[str, Any]:
    """The manifest for HTTP at the bot's address, or for Socket Mode (`url` None).

    Raises ManifestError for an address or a name that Slack would refuse.
    """
    to = None if url is None else request_url(url)
    manifest = {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": name,
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#8b1a1a",
        },
        "features": {
            **_home(),
            "bot_user": {"display_name": _bot_name(name), "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    **({} if to is None else {"url": to}),
                    "description": "Declare and run an incident",
                    "usage_hint": " | ".join(VERBS),
                    "should_escape": True,
                }
            ],
            **_shortcuts(),
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            **_events(to),
            "interactivity": {
                "is_enabled": True,
                **({} if to is None else {"request_url": to}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": to is None,
            "token_rotation_enabled": False,
        },
    }
    if wrong := complaints(manifest):
        raise ManifestError(" ".join(wrong))
    return manifest


def _home() -> dict[str, Any]:
    """Direct messages stand in the Messages tab: without it, Slack takes none."""
    home = {
        "home_tab_enabled": "app_home_opened" in EVENTS,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
    return {"app_home": home}


def _shortcuts() -> dict[str, Any]:
    listed = [
        {
            "name": shortcut.name,
            "type": shortcut.kind,
            "callback_id": callback_id,
            "description": shortcut.description,
        }
        for callback_id, shortcut in sorted(SHORTCUTS.items())
    ]
    return {"shortcuts": listed} if listed else {}


def _events(to: str | None) -> dict[str, Any]:
    if not (names := subscriptions()):
        return {}
    address = {} if to is None else {"request_url": to}
    return {"event_subscriptions": {**address, "bot_events": names}}


def _bot_name(name: str) -> str:
    """The name of the bot's user: Slack takes a-z, 0-9, -, _ and . in it."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "incident-bot"


def complaints(manifest: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse in a manifest of ours, in sentences; empty when it is good."""
    return list(_complaints(manifest))


def _complaints(manifest: Mapping[str, Any]) -> Iterator[str]:
    shown, features = manifest["display_information"], manifest["features"]
    settings = manifest["settings"]
    yield from _length("The name", shown["name"], 1, 35)
    yield from _length("The description", shown["description"], 1, 140)
    # The schema says 175 where the page says 174: the stricter one is safe.
    yield from _length("The long description", shown["long_description"], 175, 4000)
    if not re.fullmatch(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?", shown["background_color"]):
        yield "The background colour must be like #8b1a1a."
    bot = features["bot_user"]["display_name"]
    yield from _length("The bot's name", bot, 1, 80)
    if not re.fullmatch(r"[a-z0-9._-]+", bot):
        yield "The bot's name may have a-z, 0-9, -, _ and . in it."
    for command in features["slash_commands"]:
        yield from _length("The command", command["command"], 2, 32)
        if not re.fullmatch(r"/[a-z0-9_-]+", command["command"]):
            yield (
                "The command must begin with / and have only a-z, 0-9, - and _ after it, "
                f"like {COMMAND}."
            )
        yield from _length("The command's description", command["description"], 1, 2000)
        yield from _length("The command's hint", command["usage_hint"], 1, 1000)
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        if not re.fullmatch(r"[a-z]+(?::[a-z]+(?:\.[a-z]+)?)?", scope) or len(scope) > 50:
            yield f"{scope} is not a scope."
    urls = [command.get("url") for command in features["slash_commands"]]
    urls.append(settings["interactivity"].get("request_url"))
    if "event_subscriptions" in settings:
        urls.append(settings["event_subscriptions"].get("request_url"))
    for shortcut in features.get("shortcuts", ()):
        yield from _length("A shortcut's name", shortcut["name"], 1, 24)
        yield from _length("A shortcut's description", shortcut["description"], 1, 150)
    if settings["socket_mode_enabled"] == any(urls) or (any(urls) and not all(urls)):
        yield "Request URLs belong into HTTP mode, all of them, and none into Socket Mode."
    if any(url and len(url) > 3000 for url in urls):
        yield "The address is too long: Slack takes 3000 characters."


def _length(what: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= len(text) <= most or not text.strip():
        yield f"{what} must have {least} to {most} characters, not {len(text)}."


def as_yaml(manifest: Mapping[str, Any]) -> str:
    """YAML with a comment at the top that says what to do with it."""
    socket = manifest["settings"]["socket_mode_enabled"]
    make = _MAKE.format(mode="Socket Mode" if socket else "HTTP")
    words = make + (_SOCKET_SETTINGS.format(scope=APP_TOKEN[0]) if socket else _HTTP_SETTINGS)
    comment = "".join(f"# {line}\n" for line in words.splitlines())
    return comment + yaml.dump(
        dict(manifest), Dumper=_Indented, sort_keys=False, allow_unicode=True, width=90
    )


class _Indented(yaml.SafeDumper):
    """Lists stand further in than what they belong to, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
