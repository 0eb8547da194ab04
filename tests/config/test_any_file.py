"""Whatever stands in a file: a policy or one line, never anything else."""

import string
import tomllib
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import example, given, strategies as st
from jsonschema import Draft202012Validator

from incident_bot.config import ConfigError, policy_from, toml_text
from incident_bot.config.file import tree_from
from incident_bot.config.keys import DEFAULTS, sections
from incident_bot.config.schema import schema
from incident_bot.config.team import as_file, policy_of
from incident_bot.domain.policy import Policy

VALIDATOR = Draft202012Validator(schema())

NAMES = [s.name for s in sections()]
INSIDE = [key.name for s in sections() for key in s.keys]
FIXED = [name for s in sections() for name in s.names]
EXAMPLES = [key.example for s in sections() for key in s.keys if key.example is not None]
WORDS = [
    *("ic", "everyone", "U012AB3CD", "@sre", "a@b.c", "Sev1", "sev5", "30m", "1h30m", "30d"),
    *("month", "open", "notify", "route", "none", "high", "downtime", "#incidents", "P1", "P2"),
    *("inc-{ref}", "{slug}", "{x}", "{", "stable", "resolved", "PABC123", ""),
]

text = st.sampled_from(WORDS) | st.text(max_size=12)
leaf = (
    text
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([0, 1, 50, 99.9, 100, EXAMPLES[0]])
    | st.just(datetime(2025, 10, 27, 14, 23, tzinfo=UTC))
    | st.just(date(2025, 10, 27))
    | st.just(time(14, 23))
)
key = st.sampled_from(NAMES + INSIDE + FIXED) | st.text(string.ascii_lowercase + " .é", max_size=6)
anything = st.recursive(
    leaf, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(key, inside, max_size=4)
)


def table(keys: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys), value, max_size=4)


value = leaf | st.lists(text, max_size=3) | st.sampled_from(EXAMPLES)
in_form: dict[str, st.SearchStrategy[Any]] = {
    "value": value,
    "list": st.lists(table(INSIDE, value), max_size=3),
    "map": table(FIXED, value),
    "table": table(INSIDE, value),
    "tables": table([*FIXED, "ic", "scribe"], table(INSIDE, value)),
}
nearly_right = st.fixed_dictionaries(
    {}, optional={s.name: in_form[s.kind] | anything for s in sections()}
)
good_ones: dict[str, st.SearchStrategy[Any]] = {
    "default_severity": st.sampled_from(["Sev1", "sev2", "SEV3"]),
    "announcement_channel": st.sampled_from([False, "incidents", "#a-b", "C012AB3CD4E"]),
    "cadences": table(FIXED[:5], st.sampled_from(["1h", "90m", "1h5m", False])),
    "retries": table(
        ["longest", "tell_after"], st.sampled_from(["1m", "0.5s", "90s", "1m30.25s", "1h2m"])
    ),
    "reminders": st.fixed_dictionaries(
        {},
        optional={
            "no_ic": st.sampled_from(["5m", "1d2h", "0.5s", False]),
            "update_due": st.booleans(),
            "not_approved": st.sampled_from(["3d", "90m", False]),
            "most": st.integers(1, 10),
            "quiet": st.sampled_from(["22:00-07:00", "13:00-14:30", False]),
            "quiet_below": st.sampled_from(["Sev1", "sev5"]),
            "zone": st.sampled_from(["UTC", "Europe/Berlin"]),
        },
    ),
    "rooms": st.fixed_dictionaries(
        {}, optional={"archive_after_days": st.integers(1, 365) | st.just(False)}
    ),
    "severities": table(
        FIXED[:5],
        st.fixed_dictionaries({}, optional={"description": st.sampled_from(["a", "é ü"])}),
    ),
    "roles": table(
        ["ic", "scribe", "two_3-x"],
        st.fixed_dictionaries(
            {},
            optional={
                "people": st.lists(st.sampled_from(["a@b.c", "U012AB3CD"]), max_size=2),
                "escalation_policy": st.just("PABC123"),
                "duties": st.lists(st.sampled_from(["Lead", "`é`"]), max_size=2),
            },
        ),
    ),
    "permissions": table(
        ["resolve", "log", "cancel"],
        st.sampled_from(["everyone", ["everyone"], ["ic"], ["ops", "U012AB3CD"]]),
    ),
    "slos": st.lists(
        st.fixed_dictionaries(
            {"service": st.just("API"), "objective": st.floats(0.5, 99.5) | st.integers(1, 99)},
            optional={"window": st.sampled_from(["28d", "month"]), "method": st.just("requests")},
        ),
        max_size=1,
    ),
    "routes": st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["a", "b"]),
                "service": st.just("API"),
                "urgency": st.sampled_from(["high", "low"]),
                "then": st.sampled_from(["open", "notify", "ignore"]),
                "group": st.sampled_from(["service", "none"]),
                "severity": st.just("Sev1"),
                "invite": st.lists(st.sampled_from(["@sre", "S012AB3CD", "a@b.c"]), max_size=2),
            },
        ),
        max_size=3,
    ),
}
good = st.fixed_dictionaries({}, optional=good_ones)


@given(nearly_right | st.dictionaries(key, anything, max_size=4))
@example({"slos": [{"service": "a", "objective": 10**400}]})
@example({"zones": [{"name": "a", "from": float("inf")}]})
@example({"channel_template": "{0}"})
@example({"channel_template": "{date:>999999999999}"})
@example({"channel_template": "{slug!r:{ref}}"})
@example({"roles": {"": {}}})
def test_whatever_stands_there_is_a_policy_or_one_line(data: dict[str, Any]) -> None:
    try:
        tree = tree_from(data)
    except ConfigError as error:
        sentence = str(error)
        assert sentence.startswith("incident-bot.toml: ") and len(sentence.splitlines()) == 1
        assert "nput should" not in sentence and "None" not in sentence
        return
    policy_of(tree)
    VALIDATOR.validate(data)  # what the bot accepts, editors accept


@given(good)
def test_what_is_good_is_accepted_and_can_be_written_again(data: dict[str, Any]) -> None:
    policy = policy_of(tree_from(data))
    VALIDATOR.validate(data)
    said = as_file(policy)
    assert policy_of(tree_from(said)) == policy
    assert policy_from(toml_text.document(said)) == policy
    VALIDATOR.validate(said)


@given(st.dictionaries(st.text(max_size=5), anything, max_size=4))
def test_what_is_written_as_toml_reads_the_same(data: dict[str, Any]) -> None:
    assert in_order(tomllib.loads(toml_text.document(data))) == in_order(data)


def in_order(data: Any) -> str:
    """As text, tables by key: their order means nothing, and nan is not equal to itself."""
    if isinstance(data, dict):
        return repr(sorted((name, in_order(inside)) for name, inside in data.items()))
    return repr([in_order(item) for item in data] if isinstance(data, list) else data)


@given(st.text(max_size=40))
def test_any_text_is_a_file_or_one_line(text: str) -> None:
    try:
        policy_from(text)
    except ConfigError as error:
        assert str(error).startswith("incident-bot.toml: ")


def test_the_defaults_are_the_default_policy() -> None:
    assert policy_of(tree_from({})) == Policy() == policy_of(tree_from(DEFAULTS))
