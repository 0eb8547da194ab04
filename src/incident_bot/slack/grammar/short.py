"""Verbs that are typed in part: `stat`, `upd`. Never where a sentence may begin so."""

from collections.abc import Collection, Mapping

LEAST = 3
"""Letters."""

TITLES = frozenset({"act", "app", "can", "dis", "not", "pri", "red", "time"})
"""Beginnings of verbs with which people also begin to say what is wrong: `App crashes on login`."""

SENTENCES = TITLES | {
    *("arch", "dec", "expo", "han", "hand", "rea", "rem", "res", "sum", "tim"),
}
"""All that are words, names or usual abbreviations by themselves: never run as a verb."""


def abbreviations(names: Mapping[str, str], whole: Collection[str]) -> dict[str, str]:
    """Every beginning that can mean only one verb, with that verb. `names` maps each verb and
    alias to its verb; those in `whole` must be typed whole."""
    found: dict[str, str] = {}
    for name in names:
        for length in range(LEAST, len(name)):
            short = name[:length]
            verbs = beginning(short, names)
            if len(verbs) == 1 and verbs[0] not in whole and short not in {*names, *SENTENCES}:
                found[short] = verbs[0]
    return found


def beginning(word: str, names: Mapping[str, str]) -> list[str]:
    """The verbs that the word begins, in their order; none for fewer than three letters."""
    typed = word.lower()
    if len(typed) < LEAST:
        return []
    return list(dict.fromkeys(verb for name, verb in names.items() if name.startswith(typed)))
