"""Looks at messages, files fetched, and catching up: against the stand-in, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.commands import LookAtMessages, RecordFile, SeeMessage
from incident_bot.domain.decision import JobKind
from incident_bot.domain.messages import SlackMessage
from incident_bot.domain.people import BOT, Person
from incident_bot.domain.policy import FileRules, Policy
from incident_bot.effects import GiveUp, Later
from incident_bot.slack.effects import looks
from incident_bot.slack.gateway import SlackRefused, SlackUnknown, is_slacks
from incident_bot.slack.messages import moment_of, seen, version_of
from tests.slack.stage import DETECTED, a_stage

PNG = b"\x89PNG" + b"0" * 96


@pytest.fixture
async def stage() -> Any:
    async with a_stage(Policy(files=FileRules(max_megabytes=1))) as made:
        await made.with_room()
        made.slack.subscribed = set()  # nobody listens here
        made.alice = made.slack.add_user("alice", "Alice Smith")
        made.bob = made.slack.add_user("bob", "Bob Johnson")
        made.room.members += [made.alice.id, made.bob.id]
        yield made


async def look(stage: Any, ts: str, **args: Any) -> SeeMessage:
    done = await stage.perform(JobKind.LOOK_AT_MESSAGE, f"INC-1/look/{ts}", {"ts": ts, **args})
    assert isinstance(done.then, SeeMessage)
    return done.then


async def test_a_look_tells_author_time_words_files_and_who_pinned(stage: Any) -> None:
    text = "Pool exhausted, see https://x.example.com\n<@U404> & @alice :fire: #incidents"
    message = await stage.slack.upload(stage.bob, stage.room, "errors.png", PNG, text)
    for user in (stage.alice, stage.bob):
        await stage.slack.react(user, stage.room, message.ts, "pushpin")
    now = (await look(stage, message.ts)).seen
    assert now is not None
    assert now.headline == "Pool exhausted, see https://x.example.com"
    assert now.details == "@U404 & @alice :fire: #incidents"
    assert now.author.handle == "bob" and now.at == moment_of(message.ts)
    assert [person.handle for person in now.pinned_by] == ["alice", "bob"]
    (file,) = now.files
    assert (file.name, file.mimetype, file.size) == ("errors.png", "image/png", 100)
    assert now.permalink == stage.slack.desk.permalink(stage.room, message)


async def test_a_reply_in_a_thread_is_seen_like_any_message(stage: Any) -> None:
    parent = await stage.slack.message(stage.bob, stage.room, "What now?")
    reply = await stage.slack.message(stage.alice, stage.room, "Restarted", thread_ts=parent.ts)
    now = (await look(stage, reply.ts)).seen
    assert now is not None and now.headline == "Restarted" and now.pinned_by == ()


async def test_a_deleted_message_is_told_as_such(stage: Any) -> None:
    message = await stage.slack.message(stage.bob, stage.room, "Oops")
    await stage.slack.erase(stage.room, message.ts)
    told = await look(stage, message.ts, left_by=stage.alice.id)
    assert told.seen is None and told.left_by is not None and told.left_by.handle == "alice"


async def test_our_own_message_is_refused_quietly(stage: Any) -> None:
    done = await stage.perform(
        JobKind.SAY, "INC-1/say/3", {"sentence": ["Logged #3"], "buttons": []}
    )
    ts = done.result["ts"]
    await stage.slack.react(stage.alice, stage.room, ts, "pushpin")
    done = await stage.perform(JobKind.LOOK_AT_MESSAGE, "INC-1/look/x", {"ts": ts})
    assert done.then is None


async def test_an_apps_alert_has_the_apps_name_and_what_its_parts_say(stage: Any) -> None:
    alert = {
        "bot_id": "B0DEPLOY",
        "bot_profile": {"id": "B0DEPLOY", "name": "Deploys"},
        "attachments": [{"fallback": "v2 out", "title": "v2.3.4 deployed", "text": "by CI"}],
    }
    message = await stage.slack.message(stage.bob, stage.room, "", **alert)
    now = (await look(stage, message.ts)).seen
    assert now is not None
    assert now.author == Person(name="Deploys")
    assert (now.headline, now.details) == ("v2.3.4 deployed", "by CI")


async def test_only_files_are_named_and_long_texts_are_cut_with_a_word(stage: Any) -> None:
    bare = await stage.slack.upload(stage.bob, stage.room, "errors.png", PNG)
    now = (await look(stage, bare.ts)).seen
    assert now is not None and now.headline == "errors.png (image)"
    long = await stage.slack.message(stage.bob, stage.room, "x" * 4000 + "\n" + "y" * 30_000)
    now = (await look(stage, long.ts)).seen
    assert now is not None
    assert len(now.headline) <= 3000 and "the rest is in Slack" in now.headline
    assert len(now.details) <= 20_000 and now.details.endswith("the rest is in Slack)")


async def test_slack_away_or_slow_is_no_deletion(stage: Any) -> None:
    message = await stage.slack.message(stage.bob, stage.room, "Here")
    stage.slack.faults.add("reactions.get", status=503)
    with pytest.raises(SlackUnknown):
        await look(stage, message.ts)
    stage.slack.faults.add("reactions.get", error="channel_not_found")
    with pytest.raises(GiveUp):
        await look(stage, message.ts)


async def test_an_app_that_edits_without_end_is_looked_at_now_and_then(stage: Any) -> None:
    message = await stage.slack.message(stage.bob, stage.room, "1 %")
    for _ in range(5):
        await look(stage, message.ts)
    with pytest.raises(Later) as later:
        await look(stage, message.ts)
    assert later.value.paused


async def test_a_preview_is_no_new_version_and_another_word_is(stage: Any) -> None:
    message = dict(await stage.slack.message(stage.bob, stage.room, "See https://x.example.com"))
    preview = {**message, "attachments": [{"from_url": "https://x.example.com", "text": "X"}]}
    assert version_of(message) == version_of(preview)
    assert version_of(message) != version_of({**message, "text": "Look"})


async def test_what_is_no_message_is_no_line(stage: Any) -> None:
    with pytest.raises(ValueError, match="ts"):
        await seen({"ts": "soon"}, stage.people, None)


# Files


def on_the_timeline(stage: Any, message: Any, *files: Any) -> None:
    """Entry #2: the message with its files."""
    line = SlackMessage(
        channel_id=stage.room.id, ts=message.ts, author=Person(name="Bob"), files=files
    )
    stage.shelf.entries[1:] = [
        e.Entry(
            seq=2,
            occurred_at=DETECTED,
            recorded_at=DETECTED + timedelta(seconds=9),
            actor=BOT,
            body=e.Logged(headline="See", message=line),
        )
    ]


async def fetch(stage: Any, name: str, content: bytes, **changes: Any) -> Any:
    message = await stage.slack.upload(stage.bob, stage.room, name, content)
    now = (await look(stage, message.ts)).seen
    assert now is not None
    on_the_timeline(stage, message, now.files[0].model_copy(update=changes))
    args = {"of": 2, "file_id": now.files[0].file_id}
    return await stage.perform(JobKind.FETCH_FILE, f"INC-1/file/2/{message.ts}", args)


async def test_a_file_is_fetched_with_the_bots_token(stage: Any) -> None:
    done = await fetch(stage, "errors.png", PNG)
    assert isinstance(done.then, RecordFile)
    assert (done.then.of, done.then.content) == (2, PNG)
    assert len(done.then.sha256) == 64


async def test_a_file_that_is_larger_than_it_said_is_not_kept(stage: Any) -> None:
    done = await fetch(stage, "errors.png", b"0" * (1024 * 1024 + 1))
    assert done.then is None


async def test_the_token_goes_to_slack_only(stage: Any) -> None:
    done = await fetch(stage, "errors.png", PNG, url="https://files.slack.com.evil.example/x")
    assert done.then is None
    api = "https://slack.com/api/"
    assert is_slacks("https://files.slack.com/files-pri/T1-F1/download/x.png", api)
    assert is_slacks("https://slack-files.com/x", api)
    for url in (
        "http://files.slack.com/x",
        "https://evilslack.com/x",
        "https://slack.com@evil.example/x",
        "https://files.slack.com:8443/x",
        "ftp://slack.com/x",
        "https://[",
        "x",
    ):
        assert not is_slacks(url, api), url
    with pytest.raises(ValueError, match="Slack only"):
        await stage.gateway.download("https://evil.example/x", 10)


async def test_a_sign_in_page_is_no_file_but_a_missing_permission(stage: Any) -> None:
    stage.slack.scopes = {"reactions:read", "channels:history", "users:read", "chat:write"}
    with pytest.raises(GiveUp) as told:
        await fetch(stage, "errors.png", PNG)
    assert "files:read" in str(told.value) and "errors.png" not in str(told.value)
    with pytest.raises(SlackRefused):
        await stage.gateway.download(f"{stage.slack.home_url}signin", 10_000)


async def test_a_page_that_people_share_is_a_file(stage: Any) -> None:
    page = f"{stage.slack.home_url}signin"
    assert await stage.gateway.download(page, 10_000, html=True) is not None


async def test_a_file_that_is_gone_is_not_kept(stage: Any) -> None:
    done = await fetch(stage, "a.png", PNG, url=f"{stage.slack.home_url}files-pri/T1-F404/a.png")
    assert done.then is None


# Catching up


async def test_what_was_missed_is_looked_at_and_nothing_else(stage: Any) -> None:
    quiet, pinned, parent = [
        await stage.slack.message(stage.bob, stage.room, text) for text in ("a", "b", "c")
    ]
    reply = await stage.slack.message(stage.alice, stage.room, "d", thread_ts=parent.ts)
    for message in (pinned, reply):
        await stage.slack.react(stage.alice, stage.room, message.ts, "pushpin")
    done = await stage.perform(JobKind.CATCH_UP, "INC-1/catch-up/7")
    assert isinstance(done.then, LookAtMessages)
    assert done.then.key == "7"
    assert set(done.then.ts) == {pinned.ts, reply.ts} and quiet.ts not in done.then.ts


@pytest.mark.parametrize("missed", ["nothing", "edited", "unpinned", "deleted"])
async def test_lines_that_slack_has_otherwise_are_looked_at(stage: Any, missed: str) -> None:
    message = await stage.slack.message(stage.bob, stage.room, "Pool exhausted")
    await stage.slack.react(stage.alice, stage.room, message.ts, "pushpin")
    on_the_timeline(stage, message)
    line = stage.shelf.entries[1]
    version = line.body.message.model_copy(update={"version": version_of(message)})
    stage.shelf.entries[1] = line.model_copy(
        update={"body": line.body.model_copy(update={"message": version})}
    )
    if missed == "edited":
        await stage.slack.edit(stage.bob, stage.room, message.ts, "Pool is full")
    if missed == "unpinned":
        await stage.slack.react(stage.alice, stage.room, message.ts, "pushpin", on=False)
    if missed == "deleted":
        await stage.slack.erase(stage.room, message.ts)
    done = await stage.perform(JobKind.CATCH_UP, "INC-1/catch-up/7")
    assert (done.then.ts if done.then else ()) == (() if missed == "nothing" else (message.ts,))


async def test_a_line_further_back_than_was_read_is_not_looked_at_each_time(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await stage.slack.message(stage.bob, stage.room, "Long ago")
    await stage.slack.react(stage.alice, stage.room, old.ts, "pushpin")
    on_the_timeline(stage, old)
    for number in range(4):
        await stage.slack.message(stage.bob, stage.room, f"since then {number}")
    monkeypatch.setattr(looks, "PAGE", 2)
    monkeypatch.setattr(looks, "PAGES", 2)
    done = await stage.perform(JobKind.CATCH_UP, "INC-1/catch-up/7")
    assert done.then is None


async def test_a_room_that_was_taken_away_is_passed_over(stage: Any) -> None:
    stage.room.members.remove(stage.slack.bot.id)
    done = await stage.perform(JobKind.CATCH_UP, "INC-1/catch-up/7")
    assert done.then is None
