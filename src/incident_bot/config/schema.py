"""The JSON Schema (draft 2020-12) of `incident-bot.toml`, for editors.

Whatever the bot accepts validates. The reverse does not hold: that two words collide, say, only
the bot knows. No references inside: editors show the description beside what it belongs to.
"""

from typing import Any

from incident_bot.config.forms import ROLE_KEY
from incident_bot.config.keys import Key, Section, sections
from incident_bot.config.tree import FileSettings

Schema = dict[str, Any]


def schema() -> Schema:
    """The whole schema, ready for JSON."""
    raw = FileSettings.model_json_schema()
    tables = raw.get("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "incident-bot.toml",
        "description": "What a team decides about its incidents. Every key may be left out.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            section.name: _section(section, raw["properties"][section.name], tables)
            for section in sections()
        },
    }


def _section(section: Section, raw: Schema, tables: Schema) -> Schema:
    inside = _inlined(raw, tables)
    about = section.key.description
    told = {"description": about, "default": section.key.default}
    match section.kind:
        case "value":
            return {**_value(section.key, inside), **told}
        case "list":
            table = _table(section.keys, inside["items"])
            return {"type": "array", "items": table, **told}
        case "table":
            return {**_table(section.keys, inside), **told}
        case "map" | "tables":
            of = inside["additionalProperties" if section.names else "patternProperties"]
            of = of if section.names else of[ROLE_KEY]
            form = _table(section.keys, of) if section.keys else {**of, "description": about}
            return {"type": "object", "additionalProperties": False, **_keys(section, form), **told}


def _keys(section: Section, form: Schema) -> Schema:
    """Each key by name, with its own default; where any name may be, a pattern for the others."""
    named = {name: _with_defaults(form, default) for name, default in section.key.default.items()}
    if section.names:
        return {"properties": named}
    return {"properties": named, "patternProperties": {ROLE_KEY: form}}


def _with_defaults(form: Schema, default: Any) -> Schema:
    if not isinstance(default, dict):
        return {**form, "default": default}
    properties = {
        name: {**inside, "default": default[name]} if name in default else inside
        for name, inside in form["properties"].items()
    }
    return {**form, "properties": properties}


def _table(keys: tuple[Key, ...], raw: Schema) -> Schema:
    table = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _value(key, raw["properties"][key.name]) for key in keys},
    }
    required = [key.name for key in keys if key.required]
    return {**table, "required": required} if required else table


def _value(key: Key, raw: Schema) -> Schema:
    """One value: its form, and what the key says of itself."""
    told: Schema = {"description": key.description, "examples": [key.example]}
    if key.default is not None:
        told["default"] = key.default
    return {**raw, **told}


def _inlined(raw: Any, tables: Schema) -> Any:
    """Without references, titles, and null, which TOML does not have."""
    if isinstance(raw, list):
        return [_inlined(item, tables) for item in raw if item != {"type": "null"}]
    if not isinstance(raw, dict):
        return raw
    if "$ref" in raw:
        return _inlined(tables[raw["$ref"].rpartition("/")[2]], tables)
    kept = {
        name: _inlined(inside, tables)
        for name, inside in raw.items()
        if not (name == "title" and isinstance(inside, str))
        and not (name == "default" and inside in (None, []))
    }
    either = kept.get("anyOf")
    if either and len(either) == 1:  # null was the other one
        return {**either[0], **{k: v for k, v in kept.items() if k != "anyOf"}}
    return kept
