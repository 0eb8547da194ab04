"""Slack's escaped text back to what the person typed.

With `should_escape: true` a mention arrives as `<@U1|alice>`, a channel as `<#C1|ops>`, a link as
`<https://x|label>`, and `&`, `<` and `>` as entities. So an angle bracket is always Slack's own.
"""

import re

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<([@#!])?([^<>|\s]*)(?:\|([^<>]*))?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTER = {"amp": "&", "lt": "<", "gt": ">"}


def plain(raw: str) -> str:
    """The text as typed: `@alice`, `#ops`, `https://x`, `a < b & c`. It may hold anything,
    so whoever shows it escapes it again."""
    return _ENTITY.sub(lambda m: _CHARACTER[m[1]], _SPECIAL.sub(_special, raw))


def escaped(text: str) -> str:
    """Plain text in Slack's escaping, so that it parses as it reads."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _special(match: re.Match[str]) -> str:
    sign, target, label = match[1], match[2], match[3]
    if sign == "@":
        return f"@{label or target}"
    if sign == "#":
        return f"#{label or target}"
    if sign == "!":
        if label:
            return label if label.startswith("@") or target.startswith("date^") else f"@{label}"
        return f"@{target.partition('^')[0]}"
    if target.startswith(("mailto:", "tel:")):
        return label or target.partition(":")[2]
    return target or label or ""
