"""People by id and e-mail, channels by name."""

import pytest

from incident_bot.effects import Away, Later
from incident_bot.slack.gateway import SlackRefused
from incident_bot.slack.pacing import Pacer
from tests.slack.stage import a_stage


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield stage


async def test_people_are_found_by_id_and_by_email(stage):
    alice = stage.slack.add_user("alice", "Alice Smith", "alice@example.com", "Europe/Berlin")
    by_id = await stage.lookup.slack_user(alice.id)
    by_email = await stage.lookup.slack_user_by_email("alice@example.com")
    for known in (by_id, by_email):
        assert (known.name, known.handle, known.slack_id) == ("Alice Smith", "alice", alice.id)
        assert (known.email, known.tz) == ("alice@example.com", "Europe/Berlin")


async def test_nobody_is_none(stage):
    stage.slack.add_user("gone", email="gone@example.com", deleted=True)
    assert await stage.lookup.slack_user("U404") is None
    assert await stage.lookup.slack_user_by_email("nobody@example.com") is None
    assert await stage.lookup.slack_user_by_email("gone@example.com") is None


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"status": 503}, Away),
        ({"drop": "before"}, Away),
        ({"error": "missing_scope"}, SlackRefused),
    ],
)
async def test_what_slack_does_not_tell_now_is_away_and_what_it_never_will_is_refused(
    stage, fault, raised
):
    for method in ("users.info", "users.lookupByEmail"):
        stage.slack.faults.add(method, **fault)
    with pytest.raises(raised):
        await stage.lookup.slack_user("U1")
    with pytest.raises(raised):
        await stage.lookup.slack_user_by_email("a@example.com")


async def test_a_channel_is_found_once_by_name_and_never_a_private_one(stage):
    stage.slack.add_channel("incidents", private=True)
    public = [stage.slack.add_channel(f"c{n}") for n in range(1100)][-1]
    for _ in range(2):
        assert await stage.lookup.channel(f"#{public.name}") == public.id
    assert len(stage.calls("conversations.list")) == 2  # two pages, once
    assert await stage.lookup.channel("incidents") is None


async def test_a_channel_id_needs_no_search(stage):
    assert await stage.lookup.channel("C012345678") == "C012345678"
    assert stage.slack.calls == []


async def test_a_search_goes_on_where_slack_stopped_it(stage):
    """Slack lists 20 pages a minute: begun anew each time, a long list would never end."""
    last = [stage.slack.add_channel(f"c{n}") for n in range(2100)][-1]
    first = stage.slack.faults.add("conversations.list", times=2)  # two pages pass
    stage.slack.faults.add("conversations.list", status=429, retry_after=30, times=1)
    with pytest.raises(Later):
        await stage.lookup.channel(last.name)
    assert first.met == 2
    stage.gateway.pacer = Pacer()  # half a minute later
    assert await stage.lookup.channel(last.name) == last.id
    assert len(stage.calls("conversations.list")) == 4


async def test_a_place_in_the_list_that_slack_forgot_is_no_end(stage):
    last = [stage.slack.add_channel(f"c{n}") for n in range(1100)][-1]
    stage.slack.faults.add("conversations.list", times=1)
    stage.slack.faults.add("conversations.list", status=503, times=1)
    with pytest.raises(Later):
        await stage.lookup.channel(last.name)
    stage.slack.faults.add("conversations.list", error="invalid_cursor", times=1)
    with pytest.raises(Later):
        await stage.lookup.channel(last.name)
    assert await stage.lookup.channel(last.name) == last.id


async def test_a_slack_that_is_away_does_not_make_a_channel_missing(stage):
    channel = stage.slack.add_channel("incidents")
    stage.slack.faults.add("conversations.list", status=503)
    with pytest.raises(Later):
        await stage.lookup.channel("incidents")
    assert await stage.lookup.channel("incidents") == channel.id


async def test_a_token_that_is_refused_does_not_make_a_channel_missing(stage):
    channel = stage.slack.add_channel("incidents")
    stage.slack.revoke("token_revoked")
    with pytest.raises(SlackRefused):
        await stage.lookup.channel("incidents")
    stage.slack._revoked = None
    assert await stage.lookup.channel("incidents") == channel.id
