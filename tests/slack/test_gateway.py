"""The gateway: one way out, paced, with its errors sorted."""

import asyncio

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from incident_bot.effects import Later
from incident_bot.slack.gateway import Gateway, SlackRefused, SlackUnknown
from incident_bot.standin import SlackStandIn


@pytest.fixture
async def slack():
    async with SlackStandIn() as standin:
        yield standin


@pytest.fixture
async def heard():
    return []


@pytest.fixture
async def gateway(slack, heard):
    gateway = Gateway(
        SecretStr(slack.bot_token), slack.url, timeout=0.5,
        on_call=lambda method, outcome, seconds: heard.append((method, outcome)), strict=True,
    )  # fmt: skip
    yield gateway
    await gateway.close()


async def test_it_learns_who_it_is_once(gateway, slack, heard):
    assert await gateway.warm()
    assert (await gateway.identity()).bot_user_id == slack.bot.id
    assert heard == [("auth.test", "ok")]


async def test_a_slack_that_is_away_does_not_stop_the_start(gateway, slack):
    slack.faults.add("auth.test", status=503)
    assert not await gateway.warm()
    assert gateway.known_identity is None
    assert (await gateway.identity()).bot_user_id == slack.bot.id


async def test_a_wrong_token_is_refused_and_not_shown():
    async with SlackStandIn() as slack:
        gateway = Gateway(SecretStr("xoxb-wrong"), slack.url)
        with pytest.raises(SlackRefused) as refused:
            await gateway.call("auth.test")
        assert refused.value.code == "invalid_auth"
        assert "xoxb" not in str(refused.value) + repr(gateway)
        await gateway.close()


async def test_a_refusal_carries_all_that_slack_said(gateway, heard):
    with pytest.raises(SlackRefused) as refused:
        await gateway.call("conversations.info", channel="C404")
    assert (refused.value.code, refused.value.method) == (
        "channel_not_found",
        "conversations.info",
    )
    assert heard == [("conversations.info", "refused")]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503},
        {"drop": "before"},
        {"drop": "after"},
        {"delay": 2.0},
        {"error": "fatal_error"},
        {"error": "internal_error"},
        {"error": "request_timeout"},
    ],
)
async def test_no_usable_answer_is_unknown_and_never_repeated(gateway, slack, heard, fault):
    channel = slack.add_channel("general")
    slack.faults.add("chat.postMessage", **fault)
    with pytest.raises(SlackUnknown):
        await gateway.call("chat.postMessage", channel=channel.id, text="hello")
    assert len([c for c in slack.calls if c.method == "chat.postMessage"]) == 1
    assert heard == [("chat.postMessage", "unknown")]


async def test_no_error_carries_the_token(gateway, slack):
    for fault in ({"drop": "before"}, {"status": 500}, {"error": "restricted_action"}):
        slack.faults.add("conversations.create", **fault)
        with pytest.raises((SlackUnknown, SlackRefused)) as caught:
            await gateway.call("conversations.create", name="x")
        assert caught.value.__context__ is None
        frame = caught.tb.tb_next  # below this test's own
        while frame is not None:
            assert slack.bot_token not in repr(frame.tb_frame.f_locals)
            frame = frame.tb_next


async def test_nobody_there_is_unknown():
    gateway = Gateway(SecretStr("xoxb-1"), "http://127.0.0.1:9/api/")
    with pytest.raises(SlackUnknown):
        await gateway.call("auth.test")
    await gateway.close()


async def test_a_short_limit_is_waited_out_by_every_caller_of_the_method(gateway, slack):
    channel = slack.add_channel("general")
    slack.faults.add("conversations.info", status=429, retry_after=1)
    met = asyncio.Event()
    gateway._on_call = lambda method, outcome, seconds: met.set()  # it has heard of the limit
    first = asyncio.ensure_future(gateway.call("conversations.info", channel=channel.id))
    await met.wait()
    second = gateway.call("conversations.info", channel=channel.id)
    answers = await asyncio.gather(first, second)
    assert [a["channel"]["id"] for a in answers] == [channel.id] * 2
    limited, *others = [c for c in slack.calls if c.method == "conversations.info"]
    assert all(c.started >= limited.ended + 0.99 for c in others)


async def test_a_limit_holds_back_no_other_method(gateway, slack):
    slack.faults.add("conversations.list", status=429, retry_after=30)
    with pytest.raises(Later):
        await gateway.call("conversations.list")
    assert (await gateway.call("auth.test"))["ok"]


async def test_a_long_limit_is_handed_back_with_its_time(gateway, slack):
    slack.faults.add("users.info", status=429, retry_after=30)
    for _ in range(2):
        with pytest.raises(Later) as later:
            await gateway.call("users.info", user="U1")
        assert later.value.paused
        assert 25 < later.value.seconds <= 30
    assert len(slack.calls) == 1  # the second did not even ask


async def test_messages_to_one_channel_keep_their_distance(gateway, slack):
    one, other = slack.add_channel("one"), slack.add_channel("other")
    posts = [("one", one), ("one", one), ("other", other)]
    await asyncio.gather(
        *(gateway.call("chat.postMessage", channel=c.id, text=t) for t, c in posts)
    )
    started = {c.id: [] for c in (one, other)}
    for call in slack.calls:
        started[call.args["channel"]].append(call.started)
    first, second = started[one.id]
    assert second - first >= 0.95
    assert started[other.id][0] < second


async def test_an_urgent_message_overtakes_those_that_wait(gateway, slack):
    channel = slack.add_channel("one")
    texts = [("first", False), ("second", False), ("urgent", True)]
    await asyncio.gather(
        *(
            gateway.call("chat.postMessage", channel=channel.id, text=text, urgent=urgent)
            for text, urgent in texts
        )
    )
    assert [m.text for m in channel.messages] == ["first", "urgent", "second"]


async def test_a_line_that_is_too_long_is_handed_back_and_counts_as_no_try(gateway, slack):
    slack.enforce_tiers = True
    channel = slack.add_channel("one")
    posts = [gateway.call("chat.postMessage", channel=channel.id, text=str(n)) for n in range(6)]
    answers = await asyncio.gather(*posts, return_exceptions=True)
    late = [answer for answer in answers if isinstance(answer, Later)]
    assert 0 < len(late) < 6
    assert all(later.paused and 0 < later.seconds <= 1.0 + gateway._timeout for later in late)
    assert not [call for call in slack.calls if call.status == 429]
    assert [m.text for m in channel.messages] == [str(n) for n in range(6 - len(late))]


async def test_a_budget_is_there_at_once_and_never_overdrawn(gateway, slack):
    """Twenty rooms in a moment are what Slack allows; the next is told when it may."""
    slack.enforce_tiers = True
    names = [f"room-{n}" for n in range(25)]
    answers = await asyncio.gather(
        *(gateway.call("conversations.create", name=name) for name in names),
        return_exceptions=True,
    )
    late = [answer for answer in answers if isinstance(answer, Later)]
    assert len(late) == 5
    assert all(50 < later.seconds <= 60 and later.paused for later in late)
    assert [call.status for call in slack.calls] == [200] * 20


async def test_a_token_that_is_refused_is_told_to_the_operator_once(gateway, slack):
    slack.revoke("token_revoked")
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(SlackRefused) as refused:
                await gateway.call("auth.test")
    assert "SLACK_BOT_TOKEN" in refused.value.sentence
    assert gateway.token_refused == "token_revoked"
    [told] = [line for line in lines if line["log_level"] == "error"]
    assert "SLACK_BOT_TOKEN" in told["todo"]
    slack._revoked = None
    await gateway.call("auth.test")
    assert gateway.token_refused is None


async def test_arguments_arrive_as_slack_reads_them(gateway, slack):
    channel = slack.add_channel("general")
    await gateway.call(
        "chat.postMessage", channel=channel.id, text="ü & <", thread_ts=None, unfurl_links=False,
        metadata={"event_type": "t", "event_payload": {"key": "k"}},
    )  # fmt: skip
    assert channel.messages[0].text == "ü & <"
    assert channel.messages[0].metadata["event_payload"] == {"key": "k"}
    assert "thread_ts" not in slack.calls[0].args


async def test_connections_are_kept(gateway, slack):
    for _ in range(3):
        await gateway.call("auth.test")
    assert gateway._session is not None
    assert len(gateway._session.connector._conns) <= 1


async def test_a_message_that_is_too_long_is_an_error_in_tests_and_shortened_otherwise(slack):
    channel = slack.add_channel("general")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 5000}}] * 60
    strict = Gateway(SecretStr(slack.bot_token), slack.url, strict=True)
    with pytest.raises(ValueError, match="60 blocks"):
        await strict.call("chat.postMessage", channel=channel.id, text="t", blocks=blocks)
    lenient = Gateway(SecretStr(slack.bot_token), slack.url)
    await lenient.call("chat.postMessage", channel=channel.id, text="t", blocks=blocks)
    assert len(channel.messages[0].blocks) == 50
    await strict.close()
    await lenient.close()
