"""What the bot puts into channels: summary, topic, pin, bookmark, announcement, words, files."""

import asyncio

import pytest
from structlog.testing import capture_logs

from incident_bot.domain.commands import AlertSeen, RecordDelivery
from incident_bot.domain.decision import JobKind, to_json
from incident_bot.domain.incident import Alert
from incident_bot.domain.people import Person
from incident_bot.domain.words import AlertStatus, Severity, Status
from incident_bot.effects import GiveUp, Later
from incident_bot.slack.gateway import SlackUnknown
from tests.slack.stage import DETECTED, a_stage

DRAFT = JobKind.DELIVER_POSTMORTEM
LINK = "https://acme.pagerduty.com/incidents/Q1?a=1&b=2"


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield await stage.with_room()


@pytest.fixture
async def public(stage):
    stage.channel = stage.slack.add_channel("incidents")
    return stage


async def post(stage):
    return await stage.perform(JobKind.POST_SUMMARY, "INC-1/summary")


# Summary


async def test_the_summary_is_posted_with_its_key(stage):
    done = await post(stage)
    (message,) = stage.room.messages
    assert done.result == {"channel": stage.room.id, "ts": message.ts}
    assert message.metadata == {
        "event_type": "incident_bot",
        "event_payload": {"key": "INC-1/summary"},
    }
    assert "Checkout fails" in message.text


EFFECTS = [
    (JobKind.POST_SUMMARY, "chat.postMessage", {}),
    (JobKind.SAY, "chat.postMessage", {"sentence": ["Hello."], "buttons": []}),
    (JobKind.ASK_TO_RESOLVE, "chat.postMessage", {}),
    (JobKind.ADD_BOOKMARK, "bookmarks.add", {"title": "PagerDuty", "link": LINK}),
    (JobKind.SET_TOPIC, "conversations.setTopic", {"seq": 2}),
]


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize(("kind", "method", "args"), EFFECTS)
async def test_an_answer_that_got_lost_does_nothing_twice(stage, kind, method, args, drop):
    stage.slack.faults.add(method, drop=drop)
    await stage.perform_through(kind, "INC-1/this", args)
    assert len(stage.room.messages) + len(stage.room.bookmarks) + bool(stage.room.topic) == 1
    tries = 2 if drop == "before" else 1
    assert len(stage.calls(method)) == tries


async def test_a_pin_that_is_there_already_is_fine(stage):
    await post(stage)
    stage.slack.faults.add("pins.add", drop="after")
    await stage.perform_through(JobKind.PIN_SUMMARY)
    assert len(stage.room.pins) == 1


async def test_an_update_shows_the_incident_as_it_is_now(stage):
    await post(stage)
    stage.incident = stage.incident.model_copy(update={"title": "Payments fail", "last_seq": 9})
    done = await stage.perform(JobKind.UPDATE_SUMMARY, "INC-1/summary/5", {"seq": 5})
    assert done.result == {"rendered": 9}
    (message,) = stage.room.messages
    assert "Payments fail" in message.text
    for seq in (6, 7, 8, 9):
        await stage.perform(JobKind.UPDATE_SUMMARY, f"INC-1/summary/{seq}", {"seq": seq})
    assert len(stage.calls("chat.update")) == 1


async def test_an_update_keeps_the_messages_key(stage):
    await post(stage)
    await stage.perform(JobKind.UPDATE_SUMMARY, "INC-1/summary/5", {"seq": 5})
    assert stage.room.messages[0].metadata["event_payload"] == {"key": "INC-1/summary"}


async def test_a_new_process_renders_once_more(stage):
    await post(stage)
    stage.start_anew()
    await stage.perform(JobKind.UPDATE_SUMMARY, "INC-1/summary/2", {"seq": 2})
    assert len(stage.calls("chat.update")) == 1


async def test_a_summary_that_somebody_deleted_is_let_go(stage):
    await post(stage)
    stage.room.messages.clear()
    done = await stage.perform(JobKind.UPDATE_SUMMARY, "INC-1/summary/5", {"seq": 5})
    assert done.result["gone"] == "message_not_found"
    await stage.perform(JobKind.PIN_SUMMARY)


async def test_what_needs_the_summary_waits_for_it(stage):
    for kind in (JobKind.UPDATE_SUMMARY, JobKind.PIN_SUMMARY):
        with pytest.raises(Later):
            await stage.perform(kind, args={"seq": 5})


async def test_without_a_room_everything_waits():
    async with a_stage() as stage:
        with pytest.raises(Later):
            await post(stage)


async def test_the_topic_is_set_once_for_the_same_words(stage):
    for seq in (1, 2, 3):
        await stage.perform(JobKind.SET_TOPIC, f"INC-1/topic/{seq}", {"seq": seq})
    assert stage.room.topic == "Sev2 · open · IC: nobody yet"
    assert len(stage.calls("conversations.setTopic")) == 1


async def test_a_topic_that_another_replica_set_meanwhile_is_set_again(stage):
    ours = stage.handlers
    for severity, handlers in ((Severity.SEV2, ours), (Severity.SEV1, None), (Severity.SEV2, ours)):
        stage.incident = stage.incident.model_copy(update={"severity": severity})
        stage.start_anew()
        stage.handlers = handlers or stage.handlers
        await stage.perform(JobKind.SET_TOPIC, args={"seq": 3})
    assert stage.room.topic.startswith("Sev2")


async def test_a_refusal_names_the_scope_that_is_missing(stage):
    stage.slack.faults.add("pins.add", error="missing_scope")
    await post(stage)
    with pytest.raises(GiveUp, match=r"I could not pin the summary\. .* permission"):
        await stage.perform(JobKind.PIN_SUMMARY)


# Announcements


async def test_an_incident_is_announced_and_kept_current(public):
    await public.perform(JobKind.ANNOUNCE, "INC-1/announce")
    public.incident = public.incident.model_copy(update={"status": Status.MITIGATED, "last_seq": 4})
    for seq in (3, 4):
        await public.perform(JobKind.UPDATE_ANNOUNCEMENT, f"INC-1/announce/{seq}", {"seq": seq})
    (message,) = public.channel.messages
    assert "mitigated" in message.text
    assert f"<#{public.room.id}>" in str(message.blocks)
    assert len(public.calls("chat.update")) == 1


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("kind", [JobKind.ANNOUNCE, JobKind.ANNOUNCE_ALERT])
async def test_one_announcement_whatever_gets_lost(public, kind, drop):
    public.shelf.alerts["Q1"] = AlertSeen(alert_id="Q1", title="Disk is full")
    public.slack.faults.add("chat.postMessage", drop=drop)
    await public.perform_through(kind, "this/key", {"alert_id": "Q1"})
    assert len(public.channel.messages) == 1


async def test_a_missing_channel_is_a_warning_and_not_searched_for_again(stage):
    with capture_logs() as logged:
        for n in range(3):
            done = await stage.perform(JobKind.ANNOUNCE, f"INC-{n}/announce")
            assert done.result == {}
    assert len(stage.calls("conversations.list")) == 1
    assert [entry["event"] for entry in logged] == ["no announcement channel"]
    update = await stage.perform(JobKind.UPDATE_ANNOUNCEMENT, "INC-1/announce/3", {"seq": 3})
    assert update.result == {}


async def test_a_private_incident_is_never_announced():
    async with a_stage(private=True) as stage:
        channel = stage.slack.add_channel("incidents")
        await stage.with_room()
        stage.shelf.results["INC-1/announce"] = {"channel": channel.id, "ts": "1.1"}
        await stage.perform(JobKind.UPDATE_ANNOUNCEMENT, "INC-1/announce/3", {"seq": 3})
        done = await stage.perform(JobKind.ANNOUNCE, "INC-1/announce")
        assert done.result == {}
        assert channel.messages == []
        assert stage.calls("chat.postMessage") + stage.calls("chat.update") == []


async def test_the_bot_joins_a_public_channel_to_announce(stage):
    channel = stage.slack.add_channel("incidents", with_bot=False)
    stage.slack.faults.add("chat.postMessage", drop="after")
    await stage.perform_through(JobKind.ANNOUNCE, "INC-1/announce")
    assert len(channel.messages) == 1


async def test_a_channel_that_cannot_be_joined_is_told_with_the_way_in(stage):
    stage.slack.add_channel("incidents", with_bot=False)
    stage.slack.faults.add("conversations.join", error="missing_scope")
    with pytest.raises(GiveUp, match="/invite"):
        await stage.perform(JobKind.ANNOUNCE, "INC-1/announce")


async def test_an_alert_is_announced_with_the_button_that_opens_a_room(public):
    public.shelf.alerts["Q1"] = AlertSeen(
        alert_id="Q1", title="Disk <!channel>", url=LINK, urgency="low", number=12
    )
    await public.perform(JobKind.ANNOUNCE_ALERT, "alert/Q1", {"alert_id": "Q1"})
    (message,) = public.channel.messages
    (button,) = message.blocks[1]["elements"]
    assert (button["action_id"], button["value"]) == ("open_for_alert", "Q1")
    assert "<!channel>" not in str(message)


# Words


async def test_a_sentence_is_said_with_mentions_times_and_buttons(stage):
    sentence = to_json((Person(name="Alice", slack_id="U1"), " did <it> at ", DETECTED))
    button = {"action": "resolve", "label": "Resolve", "value": "INC-1", "style": "danger"}
    await stage.perform(
        JobKind.SAY, "INC-1/say/3", {"sentence": sentence, "buttons": [button, button]}
    )
    (message,) = stage.room.messages
    assert message.text.startswith("<@U1> did &lt;it&gt; at <!date^1761574980^")
    ids = [e["action_id"] for e in message.blocks[1]["elements"]]
    assert ids == ["resolve", "resolve:2"]


async def test_the_room_is_asked_only_while_the_question_stands(stage):
    await stage.perform(JobKind.ASK_TO_RESOLVE, "INC-1/ask/3")
    (message,) = stage.room.messages
    ids = [e["action_id"] for e in message.blocks[1]["elements"]]
    assert ids == ["resolve", "keep_open"]
    open_alert = Alert(alert_id="Q1", title="x", status=AlertStatus.TRIGGERED)
    for change in ({"status": Status.RESOLVED}, {"alerts": {"Q1": open_alert}}):
        stage.incident = stage.incident.model_copy(update=change)
        await stage.perform(JobKind.ASK_TO_RESOLVE, "INC-1/ask/4")
    assert len(stage.room.messages) == 1


# Documents


async def test_the_draft_comes_as_a_file_and_says_what_is_still_to_write(stage):
    stage.document = "# Postmortem\n\nZahlung läuft.\n"
    done = await stage.perform(JobKind.DELIVER_POSTMORTEM, "INC-1/postmortem/9/1", {"seq": 9})
    (file,) = stage.slack.files.values()
    assert file.name == "postmortem-INC-1.md"
    assert file.content.decode() == stage.document
    assert file.channels == [stage.room.id]
    assert "root cause" in stage.room.messages[0].text
    assert isinstance(done.then, RecordDelivery)
    assert (done.then.file_id, done.then.name) == (file.id, file.name)


async def test_asking_twice_brings_two_files(stage):
    for number in (7, 8):
        await stage.perform(JobKind.DELIVER_TIMELINE, f"t/{number}", {"seq": 9}, job_id=number)
    done = await stage.perform(JobKind.DELIVER_TIMELINE, "t/9", {"seq": 9}, job_id=9)
    assert len(stage.room.messages) == 3
    assert done.then is None


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_an_upload_that_fails_is_begun_anew(stage, step):
    stage.slack.faults.add(step, drop="before")
    for attempt, failure in ((1, SlackUnknown), (2, Later)):
        with pytest.raises(failure) as later:
            await stage.perform(DRAFT, args={"seq": 9}, again=attempt > 1, attempt=attempt)
    await asyncio.sleep(later.value.seconds)
    await stage.perform(DRAFT, args={"seq": 9}, again=True, attempt=3)
    assert len([f for f in stage.slack.files.values() if f.completed]) == 1


@pytest.mark.parametrize("kind", [DRAFT, JobKind.DELIVER_TIMELINE])
async def test_a_file_that_slack_is_still_sharing_is_not_sent_again(stage, kind):
    stage.slack.faults.add("files.completeUploadExternal", drop="after")
    with pytest.raises(SlackUnknown):
        await stage.perform(kind, args={"seq": 9})
    shared = stage.room.messages.pop()  # Slack shares a file behind its answer
    with pytest.raises(Later, match="sharing") as later:
        await stage.perform(kind, args={"seq": 9}, again=True, attempt=9)
    assert 2.0 < later.value.seconds <= 3.0 and later.value.paused
    stage.start_anew()  # another process knows nothing of it, and waits as long
    with pytest.raises(Later, match="sharing"):
        await stage.perform(kind, args={"seq": 9}, again=True, attempt=9)
    stage.room.messages.append(shared)
    done = await stage.perform(kind, args={"seq": 9}, again=True, attempt=3)
    (file,) = stage.slack.files.values()
    assert done.result["file"] == file.id


async def test_a_reminder_of_what_is_settled_meanwhile_is_not_said(stage):
    """Slack was away, and somebody has taken the lead."""
    args = {
        "sentence": ["INC-1 has no Incident Commander."],
        "buttons": [],
        "reminder": {"kind": "no_ic", "subject": ""},
    }
    await stage.perform(JobKind.SAY, "INC-1/say/5", args)
    assert "no Incident Commander" in stage.room.messages[-1].text
    said = len(stage.room.messages)
    stage.incident = stage.incident.model_copy(update={"roles": {"ic": Person(name="Alice")}})
    await stage.perform(JobKind.SAY, "INC-1/say/6", args)
    assert len(stage.room.messages) == said
