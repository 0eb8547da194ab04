"""What the bot shows: looked at by a person (snapshots), within every limit, and nothing dead.

`pytest tests/slack/test_gallery.py --snapshot-update` renews the pictures; read the difference.
"""

import ast
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from incident_bot import domain
from incident_bot.slack import listeners, views
from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.slack.listeners.forms import FORMS
from incident_bot.slack.payload_check import complaints, view_complaints
from incident_bot.slack.views.answer import Answer
from incident_bot.standin.slack.blocks import check_blocks
from tests.slack.as_read import as_read, form_as_read
from tests.slack.gallery import PARTS, PICTURES, Shown, is_hard, pictures

UNSEEN = ("value", "private_metadata", "action_id", "block_id", "url")
CALLS = ("<!channel", "<!here", "<!everyone", "<@U0EVIL")
ALIVE = (*CALLS, "<https://evil")


def message_of(picture: Shown) -> tuple[str, list[dict[str, Any]]]:
    if isinstance(picture, Answer):
        return picture.text, picture.blocks
    assert isinstance(picture, tuple)
    return picture[0], picture[1] or []


def shows(function: Any) -> bool:
    """True for a function that makes something for people to look at."""
    made = typing.get_type_hints(function).get("return")
    text = str(made)
    return made is Answer or "Answer" in text or "dict[str, typing.Any]" in text


def views_there_are() -> Iterator[str]:
    for module in pkgutil.walk_packages(views.__path__, views.__name__ + "."):
        for name, function in vars(importlib.import_module(module.name)).items():
            own = inspect.isfunction(function) and function.__module__ == module.name
            if own and not name.startswith("_") and shows(function):
                yield f"{module.name.removeprefix(views.__name__ + '.')}.{name}"


def elements(part: Any) -> Iterator[Mapping[str, Any]]:
    """Everything in blocks that can be pressed or chosen."""
    if isinstance(part, Mapping):
        if "action_id" in part:
            yield part
        for value in part.values():
            yield from elements(value)
    elif isinstance(part, list):
        for value in part:
            yield from elements(value)


def texts(part: Any, *, plain: bool = True) -> Iterator[str]:
    """Everything that is shown, but for what a button carries unseen; `plain`: also where Slack
    makes nothing of signs."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        if not plain and part.get("type") == "plain_text":
            return
        for key, value in part.items():
            if key not in UNSEEN and not key.startswith("initial_"):
                yield from texts(value, plain=plain)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value, plain=plain)


def shown_ids(picture: Shown) -> Iterator[tuple[str, bool]]:
    """The `action_id`s before their suffix; True where a press of it comes to the bot at once."""
    blocks = picture["blocks"] if isinstance(picture, Mapping) else message_of(picture)[1]
    for block in blocks:
        dispatched = block.get("type") != "input" or block.get("dispatch_action") is True
        for element in elements(block):
            yield str(element["action_id"]).partition(":")[0], dispatched


def constants(call: ast.Call) -> Iterator[str]:
    """The texts among the arguments of a call, each up to its first colon."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        begun = given.values[0] if isinstance(given, ast.JoinedStr) else given
        if isinstance(begun, ast.Constant) and isinstance(begun.value, str):
            yield begun.value.partition(":")[0]


def ids_in_decisions() -> set[str]:
    """The buttons that decisions put under what the bot says."""
    found = set()
    for path in Path(domain.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
                for key, value in zip(keys, node.values, strict=True):
                    if key == "action" and "label" in keys and isinstance(value, ast.Constant):
                        found.add(str(value.value).partition(":")[0])
            if isinstance(node, ast.Call) and "button" in ast.unparse(node.func):
                found |= set(constants(node))
    return found


def ids_in_listeners() -> set[str]:
    """The buttons that listeners put under an answer."""
    found = set()
    for path in Path(listeners.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= set(constants(node))
    return found


def test_every_view_is_in_the_gallery() -> None:
    assert set(views_there_are()) == set(PICTURES) | PARTS


@pytest.mark.parametrize("name", PICTURES)
def test_it_reads_well(name: str, snapshot: Any) -> None:
    shown: dict[str, list[str]] = {}
    for found, case, picture in pictures():
        if found == name and not is_hard(case):
            text = (
                form_as_read(picture)
                if isinstance(picture, Mapping)
                else as_read(*message_of(picture))
            )
            shown.setdefault(text, []).append(case.name)
    assert "\n".join(f"~~ {', '.join(of)} ~~\n{text}" for text, of in shown.items()) == snapshot


def test_slack_takes_every_picture() -> None:
    wrong = {}
    for name, case, picture in pictures():
        if isinstance(picture, Mapping):
            found = view_complaints(picture)
            kind = "modal" if picture["type"] == "modal" else "home"
            found += check_blocks(picture["blocks"], kind)
        else:
            text, blocks = message_of(picture)
            found = [*complaints(text, blocks), *check_blocks(blocks, "message")]
        if found:
            wrong[name, case.name] = found
    assert wrong == {}


def test_nothing_that_people_wrote_is_alive() -> None:
    wrong = set()
    for name, case, picture in pictures():
        shown = picture if isinstance(picture, Mapping) else list(message_of(picture))
        marked = "\n".join(texts(shown, plain=False))
        wrong |= {(name, case.name, sign) for sign in ALIVE if sign in marked}
        whole = "\n".join(texts(shown))
        wrong |= {(name, case.name, sign) for sign in CALLS if sign in whole}
    assert wrong == set()


def test_whatever_can_be_pressed_has_a_listener() -> None:
    pressed = {
        (name, action)
        for name, _, picture in pictures()
        for action, dispatched in shown_ids(picture)
        if dispatched
    }
    pressed |= {("a decision", action) for action in ids_in_decisions() if "_" in action}
    assert {(name, action) for name, action in pressed if action not in BUTTONS} == set()


def test_whatever_can_be_submitted_has_a_listener() -> None:
    submitted = {
        str(picture.get("callback_id")).partition(":")[0]
        for _, _, picture in pictures()
        if isinstance(picture, Mapping) and picture.get("submit")
    }
    assert submitted == set(FORMS)


def test_every_listener_can_be_reached() -> None:
    shown = {action for _, _, picture in pictures() for action, _ in shown_ids(picture)}
    assert set(BUTTONS) - shown - ids_in_decisions() - ids_in_listeners() == set()
