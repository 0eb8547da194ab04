"""What is wrong in a configuration file, a line for each key: what is wrong, what to write."""

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from incident_bot.config import toml_text
from incident_bot.config.errors import Problem
from incident_bot.config.keys import Key, Section, sections
from incident_bot.config.wording import in_short, nearest, quoted

_UNKNOWN = ("extra_forbidden", "unknown_key")


def explain(error: ValidationError) -> list[Problem]:
    """Everything that is wrong in a file that should have been a `FileSettings`, once a key."""
    found: dict[str, str] = {}
    unknown: list[tuple[str, ...]] = []
    # Unknown keys first: what is wrong inside of them needs no word.
    for details in sorted(error.errors(), key=lambda e: e["type"] not in _UNKNOWN):
        place = tuple(in_short(str(part)) for part in details["loc"] if part != "[key]")
        if any(place[: len(start)] == start for start in unknown):
            continue
        if details["type"] in _UNKNOWN or "[key]" in details["loc"]:
            unknown.append(place)
        found[".".join(place)] = _sentence(details, place)
    return list(found.items())


def _sentence(details: ErrorDetails, place: Sequence[str]) -> str:
    section = next((s for s in sections() if s.name == place[0]), None)
    match details["type"]:
        case "extra_forbidden" | "unknown_key":
            known = _known(section, place)
            near = nearest(place[-1], known)
            what = details.get("ctx", {}).get("what", "key")
            fix = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
            return f"unknown {what}; {fix}"
        case "wrong":
            said = details["ctx"]
            return f"{said['problem']}; {said['fix'] or _write(section, place)}"
        case "missing":
            return f"this is missing; {_write(section, place)}"
        case _:  # a table or a list should stand here
            return f"{quoted(details['input'])} does not fit here; {_write(section, place)}"


def _known(section: Section | None, place: Sequence[str]) -> list[str]:
    """The keys that may stand where an unknown one does: at the top, in a section, in a table."""
    if section is None:
        return [s.name for s in sections()]
    if section.kind != "list" and len(place) == 2:
        return list(section.names)
    return [key.name for key in section.keys]


def _write(section: Section | None, place: Sequence[str]) -> str:
    """What to write at this place, from the section's form and the examples of its keys."""
    if section is None:
        return "see docs/reference/configuration.md"
    match section.kind, len(place):
        case "list", 1 | 2:
            return f"write each as a table that begins with [[{section.name}]]"
        case "tables" | "map" | "table", 1:
            return f"write a table that begins with {section.header}"
        case "tables", 2:
            return f"write a table that begins with [{'.'.join(place)}]"
        case "table", _:
            return _example(section.at(place[1]), len(place) > 2)
        case (("list" | "tables"), _):
            return _example(section.at(place[2]), len(place) > 3)
        case _:
            return _example(section.key, len(place) > 2)


def _example(key: Key | None, inside: bool) -> str:
    """`inside`: of the list that the example is, one item is wanted."""
    assert key is not None
    if not isinstance(key.example, list):
        return f"write {toml_text.value(key.example)}"
    if inside:
        return f"write {toml_text.value(key.example[0])}"
    return f"write a list, like {toml_text.value(key.example)}"
