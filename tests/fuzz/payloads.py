"""Anything that may come on the wire: bytes, JSON, real payloads with something wrong in them."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.hostile import TOKEN, texts

any_text = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | texts()
    | st.sampled_from(
        [
            "",
            0,
            -1,
            2**63,
            10**40,
            "9" * 500,
            [],
            {},
            [[]],
            "\x00",
            "\ud800",
            "a" * 4_000,
            {"": 0},
        ]
    )
)
any_json = st.recursive(
    odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
addresses = st.sampled_from(
    [
        f"javascript:alert('{TOKEN}')",
        f"JavaScript:{TOKEN}",
        f"data:text/html,<script>{TOKEN}</script>",
        f"https://acme.pagerduty.com/{TOKEN}>|<!channel>",
        f"https://acme.pagerduty.com/{TOKEN}|click",
        f"https://acme.pagerduty.com/{TOKEN} <!here>",
        f"https://acme.pagerduty.com/{TOKEN}\n<!here>",
        f"https://acme.pagerduty.com/{TOKEN})[x](javascript:alert(1)",
        f'https://acme.pagerduty.com/{TOKEN}"onclick="x',
        f"//acme.pagerduty.com/{TOKEN}",
        f"file:///etc/{TOKEN}",
        f"https://acme.pagerduty.com/{TOKEN}?a=1&b=<2>&lt;!channel&gt;",
        f"http://acme.pagerduty.com/{TOKEN}`*_~",
        f"https://acme.pagerduty.com/{TOKEN}/" + "x" * 3_500,
        "https://",
        "https://[",
    ]
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a JSON document, the document itself left out."""
    found = [at] if at else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += paths(inner, (*at, key))
    return found


@st.composite
def mutated(draw: st.DrawFn, document: Any) -> Any:
    """The document with a few values replaced, left out, or wrapped."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 4))):
        places = paths(changed)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        inside = changed
        for key in way:
            inside = inside[key]
        match draw(st.integers(0, 4)):
            case 0:
                del inside[last]
            case 1:
                inside[last] = [inside[last]]
            case 2:
                inside[last] = {str(draw(any_text)): inside[last]}
            case _:
                inside[last] = draw(odd | any_json | addresses)
    return changed


def encoded(value: Any) -> bytes:
    """As JSON, whatever is in it: lone surrogates and NaN as Python writes them."""
    return json.dumps(value).encode()


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A body cut off, in another encoding, with bytes changed, or as part of something deep."""
    match draw(st.integers(0, 5)):
        case 0:
            return body[: draw(st.integers(0, len(body)))]
        case 1:
            other = draw(st.sampled_from(["utf-16", "utf-32", "cp037"]))
            return body.decode(errors="replace").encode(other, errors="replace")
        case 2:
            at = draw(st.integers(0, len(body)))
            return body[:at] + draw(st.binary(max_size=8)) + body[at:]
        case 3:
            return b"\xef\xbb\xbf" + body
        case 4:
            depth = draw(st.sampled_from([10, 500, 100_000]))
            return b"[" * depth + body + b"]" * depth
        case _:
            return draw(st.binary(max_size=200))
