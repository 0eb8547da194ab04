"""The file that `config init` writes: every key with its meaning and its default.

As written it changes nothing. Each setting is a line that begins with `#` and no space, valid by
itself: headers of tables are not commented out (an empty table changes nothing), and lists of
tables stand on one line, for a line of a table means nothing without its header.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from textwrap import wrap
from typing import Any

from incident_bot.config import toml_text
from incident_bot.config.keys import Key, Section, sections

SCHEMA_FILE = "incident-bot.schema.json"
_WIDTH = 96

_HEAD = f"""\
#:schema ./{SCHEMA_FILE}
# Incident Bot: what your team decides. Secrets and addresses come from the environment instead.
#
# A line that begins with # and no space is a setting: take the # away and change it. What stands
# there is the default, or an example where there is none. As it is, this file changes nothing.
#
# Your editor completes and checks it (Even Better TOML, Taplo) once the schema is beside it:
#   incident-bot config schema --out {SCHEMA_FILE}
# What holds in the end:
#   incident-bot config show
"""


def starter() -> str:
    """The text of the file."""
    parts = [_HEAD]
    for section in sections():
        parts.append("\n".join(_lines(section)) + "\n")
    return "\n".join(parts)


def _lines(section: Section) -> Iterator[str]:
    match section.kind:
        case "value":
            yield from _comment(section.key.description)
            yield _setting(section.name, section.key.default)
        case "list":
            yield from _list(section)
        case "map":
            yield from _comment(section.key.description)
            yield f"[{section.name}]"
            for name in section.names:
                yield _setting(name, section.key.default[name])
        case "table":
            yield from _comment(section.key.description)
            yield from _meanings(tuple(replace(k, default=None) for k in section.keys), set())
            yield f"[{section.name}]"
            yield from (_setting(key.name, key.default) for key in section.keys)
        case "tables":
            yield from _tables(section)


def _list(section: Section) -> Iterator[str]:
    example = {key.name: key.example for key in section.keys if key.required or key.default}
    yield from _comment(section.key.description)
    yield from _meanings(section.keys, {key.name for key in section.keys})
    yield from _comment(
        f"Keep them in the list below, or write a table for each at the end of this file, which "
        f"begins with {section.header}."
    )
    yield _setting(section.name, section.key.default or [example])


def _tables(section: Section) -> Iterator[str]:
    if not section.key.default:
        yield from _tables_of_your_own(section)
        return
    empty = {k for defaults in section.key.default.values() for k, v in defaults.items() if v == []}
    yield from _comment(section.key.description)
    yield from _meanings(section.keys, empty)
    for name, defaults in section.key.default.items():
        yield from _table(section, name, defaults)
    if not section.names:
        yield from ("", *_comment("One more, of your own:"))
        yield f"#[{section.name}.{section.keys[0].example.lower()}]"
        yield from (_setting(key.name, key.example) for key in section.keys[:2])


def _tables_of_your_own(section: Section) -> Iterator[str]:
    """Where there are none by default: one on a line, for its header alone would make one."""
    example = {key.name: key.example for key in section.keys}
    yield from _comment(section.key.description)
    yield from _meanings(section.keys, set())
    yield f"[{section.name}]"
    yield _setting(str(section.keys[0].example).lower(), example)


def _table(section: Section, name: str, defaults: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"[{section.name}.{name}]")
    for key in section.keys:
        yield _setting(key.name, defaults.get(key.name, key.example))


def _meanings(keys: tuple[Key, ...], without_value: Set[str]) -> Iterator[str]:
    """`without_value`: the keys that no line below shows a value of."""
    for key in keys:
        more = " Needed." if key.required else ""
        if key.default:
            more += f" Default: {toml_text.value(key.default)}."
        elif key.name in without_value:
            more += f" For example {toml_text.value(key.example)}."
        yield from _comment(f"- {key.name}: {key.description}{more}", indent="  ")


def _setting(name: str, value: object) -> str:
    return f"#{toml_text.key(name)} = {toml_text.value(value)}"


def _comment(text: str, indent: str = "") -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH, subsequent_indent=indent)]
