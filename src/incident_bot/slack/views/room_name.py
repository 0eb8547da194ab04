"""What a war room is called: the team's template, cleaned to what Slack takes.

Slack checks names and never corrects them: lowercase letters, digits, `-` and `_`, at most 80.
"""

import re
import unicodedata
from collections.abc import Iterator

from incident_bot.domain.incident import Incident

LONGEST = 80
_ROOM_FOR_NUMBER = 4  # "-999"
MOST_NAMES = 50


def candidates(template: str, incident: Incident) -> Iterator[str]:
    """Names to try, best first: the base name, then `base-2`, `base-3`, … up to `base-50`.

    `template` may use `{date}` (of detection, UTC), `{slug}` (from the title), `{ref}` and
    `{severity}`; anything else in braces is left out. A private room's name says nothing of the
    title, for Slack tells everybody when a name is taken: its slug is the reference.
    """
    base = base_name(template, incident)
    yield base
    for number in range(2, MOST_NAMES + 1):
        yield f"{base}-{number}"


def base_name(template: str, incident: Incident) -> str:
    """The template filled in. Only the slug is shortened, so a reference after it stays whole."""
    ref = cleaned(incident.ref)
    values = {
        "date": f"{incident.detected:%Y-%m-%d}",
        "ref": ref,
        "severity": incident.severity.label.lower(),
        "slug": "",
    }
    longest = LONGEST - _ROOM_FOR_NUMBER
    left = longest - len(cleaned(_filled(template, values))) - 1
    title = "" if incident.private else cleaned(incident.title)
    values["slug"] = _cut(title, left) or ref
    name = cleaned(_filled(template, values))[:longest].strip("-_")
    return name if re.search("[a-z0-9]", name) else f"incident-{ref}"


def cleaned(text: str) -> str:
    """`Zahlung läuft über!` becomes `zahlung-lauft-uber`; what has no Latin form is left out."""
    latin = unicodedata.normalize("NFKD", text.casefold())
    latin = "".join(c for c in latin if not unicodedata.combining(c))
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_]+", "-", latin)).strip("-_")


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w*)\}", lambda found: values.get(found[1], ""), template)


def _cut(slug: str, longest: int) -> str:
    """At most `longest` characters, at the end of a word when that keeps more than half."""
    if len(slug) <= longest:
        return slug
    short = slug[: max(0, longest)]
    words = short.rpartition("-")[0]
    return (words if len(words) > longest / 2 else short).strip("-_")
