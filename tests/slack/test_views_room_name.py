"""What a war room is called."""

import re
from itertools import islice

import pytest
from hypothesis import given, strategies as st

from incident_bot.slack.views.room_name import base_name, candidates
from tests.slack.stage import an_incident

DEFAULT = "incident-{date}-{slug}"


@pytest.mark.parametrize(
    ("template", "title", "name"),
    [
        (DEFAULT, "Checkout fails", "incident-2025-10-27-checkout-fails"),
        (DEFAULT, "Zahlung läuft über!", "incident-2025-10-27-zahlung-lauft-uber"),
        (DEFAULT, "Straße gesperrt", "incident-2025-10-27-strasse-gesperrt"),
        (DEFAULT, "  --DB__down?? (100%)", "incident-2025-10-27-db__down-100"),
        (DEFAULT, "障害", "incident-2025-10-27-inc-1"),
        (DEFAULT, "<!channel>", "incident-2025-10-27-channel"),
        ("{ref}-{severity}-{slug}", "5xx", "inc-1-sev2-5xx"),
        ("War Room {REF} {nonsense}{ref}", "x", "war-room-inc-1"),
        ("{}", "x", "incident-inc-1"),
    ],
)
def test_the_template_is_filled_in_and_cleaned(template, title, name):
    assert base_name(template, an_incident(title=title)) == name


def test_only_the_slug_is_shortened_and_at_a_word():
    incident = an_incident(title="The quick brown fox jumps over the lazy dog " * 3)
    name = base_name("inc-{slug}-{ref}", incident)
    assert name == "inc-the-quick-brown-fox-jumps-over-the-lazy-dog-the-quick-brown-fox-inc-1"


def test_further_names_are_numbered():
    names = candidates("{slug}", an_incident(title="db"))
    assert list(islice(names, 3)) == ["db", "db-2", "db-3"]


@given(st.text(max_size=200), st.text(max_size=120))
def test_every_name_is_one_that_slack_takes(title, template):
    for pattern in (DEFAULT, template, template + "{slug}"):
        for name in candidates(pattern, an_incident(title=title)):
            assert re.fullmatch(r"[a-z0-9_-]{1,80}", name)
            assert re.search(r"[a-z0-9]", name)
