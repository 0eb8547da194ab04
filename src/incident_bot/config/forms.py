"""What a value of the file may look like: one form each, with a sentence for what is wrong.

A form takes what stands in the file, and raises `wrong(problem, fix)`. Without a fix the example
of the key is the fix. The JSON Schema of a form accepts whatever the form accepts.
"""

import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, PlainValidator, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from incident_bot.config.wording import either, nearest, quoted
from incident_bot.domain.words import Severity

EMAIL = r"^[^@\s<>,;:]+@[^@\s<>,;:]+$"
_USER = r"^[UW][A-Z0-9]{5,}$"
_CHANNEL_ID = r"[CG][A-Z0-9]{8,}"
_GROUP = r"^(@[^\s@<>,;:]+|S[A-Z0-9]{5,})$"
_POLICY = r"^[A-Z0-9]{5,40}$"  # PagerDuty promises nothing of its ids; a name has small letters
_CHANNEL = r"^(#?[^\sA-Z#@.,:;!?()\[\]{}<>'\"/\\]{1,80}|" + _CHANNEL_ID + ")$"
_WORD = r"^[^\W\d_][\w-]{0,39}$"
_TEMPLATE = r"^(?=.*[A-Za-z0-9])(?:[^{}\r\n]|\{(?:date|slug|ref|severity)\})+$"
_EMOJI = r"^:?[a-z0-9_+'-]{1,100}:?$"
_SEVERITY = r"^[Ss][Ee][Vv][1-5]$"
ROLE_KEY = r"^[a-z][a-z0-9_-]{0,39}$"

# They mean something else where roles are named: `role @bob as lead`.
_NOT_A_ROLE = ("everyone", "list", "me", "myself", "none", "nobody", "as", "is", "lead", "to")


def is_user(name: str) -> bool:
    """True for a Slack user id."""
    return re.fullmatch(_USER, name) is not None


def is_group(name: str) -> bool:
    """True for a Slack user group: `@handle` or id."""
    return re.fullmatch(_GROUP, name) is not None


def is_channel_id(name: str) -> bool:
    """True for the id of a Slack channel, which no channel has as its name."""
    return re.fullmatch(_CHANNEL_ID, name) is not None


def wrong(problem: str, fix: str = "") -> PydanticCustomError:
    """The error for a value: what is wrong with it, and what to write instead."""
    return PydanticCustomError("wrong", "{problem}; {fix}", {"problem": problem, "fix": fix})


class Fixed:
    """The keys that a table may have, no others. `what` says what they are."""

    def __init__(self, what: str, names: Iterable[str]) -> None:
        self.what = what
        self.names = tuple(names)

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, handler(of))

    def _known(self, name: str) -> str:
        if name not in self.names:
            raise PydanticCustomError("unknown_key", "unknown {what}", {"what": self.what})
        return name


def as_text(value: object) -> str:
    """One line of text."""
    if not isinstance(value, str):
        raise wrong(f"{quoted(value)} is not text")
    if not value.strip():
        raise wrong("this is empty")
    if not value.isprintable():
        raise wrong(f"{quoted(value)} has a line break or a character that cannot be shown")
    return value


def _template(value: object) -> str:
    text = as_text(value)
    if not re.fullmatch(_TEMPLATE, text):
        fix = "use {date}, {slug}, {ref} and {severity}, like incident-{date}-{slug}"
        raise wrong(f"{quoted(text)} is not understood", fix)
    return text


def _channel(value: object) -> str | Literal[False]:
    if value is False:
        return False
    if not isinstance(value, str):
        raise wrong(
            f"{quoted(value)} is not a channel's name",
            'write it in quotes, like "incidents", or false for none',
        )
    if not value.strip():
        raise wrong("this is empty", "write a channel's name, or false for none")
    if not re.fullmatch(_CHANNEL, value):
        lower = re.sub(r"\s+", "-", value.strip().lower())
        instead = f'"{lower}"' if re.fullmatch(_CHANNEL, lower) else '"incidents"'
        raise wrong(f"{quoted(value)} is not a name that Slack's channels have", f"write {instead}")
    return value.removeprefix("#")


def _severity(value: object) -> Severity:
    if isinstance(value, str) and re.fullmatch(_SEVERITY, value):
        return Severity(int(value[-1]))
    raise wrong(
        f"{quoted(value)} is not a severity", f"write {either([s.label for s in Severity])}"
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"{quoted(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise wrong(f"{quoted(value)} is not a number that can be reckoned with")
    return number


def _objective(value: object) -> float:
    number = _number(value)
    if not 0 < number < 100:
        fix = "write a percentage between 0 and 100, like 99.9"
        raise wrong(f"{quoted(value)} can not be kept or not be missed", fix)
    return number


def _share(value: object) -> float:
    number = _number(value)
    if number < 0:
        raise wrong(f"{quoted(value)} is below zero", "write the percentage consumed, like 50")
    return number


def _person(value: object) -> str:
    text = as_text(value)
    if re.fullmatch(EMAIL, text) or is_user(text):
        return text
    if text.startswith("@"):
        problem = f"{quoted(text)} is a name that can change hands"
    else:
        problem = f"{quoted(text)} is neither an e-mail address nor a Slack user id"
    raise wrong(
        problem,
        'write "alice@example.com", or the id from their profile in Slack (Copy member ID), '
        'like "U012AB3CD"',
    )


def _invitee(value: object) -> str:
    text = as_text(value)
    if re.fullmatch(EMAIL, text) or is_user(text) or is_group(text):
        return text
    raise wrong(
        f"{quoted(text)} is neither an e-mail address nor a Slack user or user group",
        'write "alice@example.com", "U012AB3CD", "@sre" or "S012AB3CD"',
    )


def _escalation_policy(value: object) -> str:
    text = as_text(value)
    if not re.fullmatch(_POLICY, text):
        raise wrong(
            f"{quoted(text)} is not the id of an escalation policy",
            'write what its address in PagerDuty ends in, like "PABC123"',
        )
    return text


def _word(value: object) -> str:
    text = as_text(value).lower()
    if not re.fullmatch(_WORD, text):
        raise wrong(f"{quoted(text)} is not one word", 'write what people type, like "contained"')
    return text


def _role_key(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(ROLE_KEY, value):
        raise wrong(
            "a role's key is typed in commands",
            "use a-z, digits, - and _ only, at most 40, and begin with a letter, like scribe",
        )
    if value in _NOT_A_ROLE:
        raise wrong(f"{quoted(value)} means something else in commands", "choose another key")
    return value


def _who(value: object) -> str:
    text = as_text(value)
    if re.fullmatch(ROLE_KEY, text) or is_user(text) or is_group(text):
        return text
    raise wrong(
        f"{quoted(text)} is neither a role's key nor a Slack user or user group",
        'write "ic", "U012AB3CD", "@sre", "S012AB3CD" or "everyone"',
    )


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"{quoted(value)} is neither true nor false", "write true, without quotes")
    return value


def _type_key(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(ROLE_KEY, value):
        raise wrong(
            "a type's key is typed in commands",
            "use a-z, digits, - and _ only, at most 40, and begin with a letter, like security",
        )
    return value


def _emoji(value: object) -> str | Literal[False]:
    if value is False:
        return False
    fix = 'write what stands between its colons, like "pushpin", or false for none'
    if not isinstance(value, str) or not re.fullmatch(_EMOJI, value):
        raise wrong(f"{quoted(value)} is not an emoji's name", fix)
    return value.strip(":")


def _megabytes(value: object) -> int:
    fix = "write whole megabytes, 1 to 100, like 10"
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        raise wrong(f"{quoted(value)} is no size", fix)
    return value


class Choice:
    """A closed set of words. Raises with the nearest of them."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._one_of)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"enum": list(self.words)}

    def _one_of(self, value: object) -> str:
        if value in self.words:
            return str(value)
        near = nearest(value, self.words) if isinstance(value, str) else None
        fix = f'did you mean "{near}"? ' if near else ""
        raise wrong(f"{quoted(value)} is not known", f"{fix}write {either(self.words)}")


def like(pattern: str) -> dict[str, Any]:
    """The schema of text with this form."""
    return {"type": "string", "pattern": pattern}


def any_of(*schemas: dict[str, Any]) -> WithJsonSchema:
    """What one of these schemas takes."""
    return WithJsonSchema({"anyOf": list(schemas)})


_ANY_TEXT = WithJsonSchema(like(r"^.*\S.*$"))
FALSE = {"enum": [False]}

Text = Annotated[str, PlainValidator(as_text), _ANY_TEXT]
Template = Annotated[str, PlainValidator(_template), WithJsonSchema(like(_TEMPLATE))]
Channel = Annotated[str | Literal[False], PlainValidator(_channel), any_of(like(_CHANNEL), FALSE)]
Emoji = Annotated[str | Literal[False], PlainValidator(_emoji), any_of(like(_EMOJI), FALSE)]
Megabytes = Annotated[
    int,
    PlainValidator(_megabytes),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
]
SeverityName = Annotated[
    Severity,
    PlainValidator(_severity),
    any_of({"enum": [s.label for s in Severity]}, like(_SEVERITY)),
]
Objective = Annotated[
    float,
    PlainValidator(_objective),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}),
]
Share = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": "number", "minimum": 0})]
Person = Annotated[str, PlainValidator(_person), any_of(like(EMAIL), like(_USER))]
Invitee = Annotated[str, PlainValidator(_invitee), any_of(like(EMAIL), like(_USER), like(_GROUP))]
EscalationPolicy = Annotated[str, PlainValidator(_escalation_policy), WithJsonSchema(like(_POLICY))]
Word = Annotated[str, PlainValidator(_word), WithJsonSchema(like(_WORD))]
RoleKey = Annotated[str, PlainValidator(_role_key), WithJsonSchema(like(ROLE_KEY))]
TypeKey = Annotated[str, PlainValidator(_type_key), WithJsonSchema(like(ROLE_KEY))]
YesOrNo = Annotated[bool, PlainValidator(_yes_or_no), WithJsonSchema({"type": "boolean"})]
Who = Annotated[str, PlainValidator(_who), any_of(like(ROLE_KEY), like(_USER), like(_GROUP))]
