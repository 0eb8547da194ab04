"""The topic: kept current, and never written over what a person wrote."""

from datetime import UTC, datetime

import pytest

from incident_bot.domain.commands import RecordTopic
from incident_bot.domain.decision import JobKind
from incident_bot.domain.handover import PersonsTopic
from incident_bot.domain.people import Person
from incident_bot.domain.words import Severity
from tests.slack.stage import a_stage


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        stage.bob = stage.slack.add_user("bob", "Bob Johnson")
        await stage.with_room()
        await stage.gateway.warm()
        yield stage


async def set_topic(stage, seq=2):
    return await stage.perform(JobKind.SET_TOPIC, f"INC-1/topic/{seq}", {"seq": seq})


def left(stage, *, yields=False):
    topic = PersonsTopic(
        by=Person(name="Bob", slack_id=stage.bob.id),
        written=datetime.fromtimestamp(stage.room.topic_last_set, UTC),
        yields=yields,
    )
    stage.incident = stage.incident.model_copy(update={"topic": topic})


async def test_ours_is_replaced_by_ours(stage):
    await set_topic(stage, 1)
    stage.incident = stage.incident.model_copy(update={"severity": Severity.SEV1})
    await set_topic(stage)
    assert stage.room.topic.startswith("Sev1 ·")


async def test_what_a_person_wrote_stays_and_it_is_recorded_whose_it_is(stage):
    await set_topic(stage, 1)
    await stage.slack.set_topic(
        stage.bob, stage.room, "Bridge: https://meet.example.com/1", event=False
    )
    calls = len(stage.slack.calls)
    done = await set_topic(stage)
    assert stage.room.topic.startswith("Bridge")
    assert isinstance(done.then, RecordTopic)
    assert (done.then.by, done.then.written.timestamp()) == (
        stage.bob.id,
        stage.room.topic_last_set,
    )
    assert [c.method for c in stage.slack.calls[calls:]] == ["conversations.info"]


async def test_what_may_give_way_does_until_the_next(stage):
    await stage.slack.set_topic(stage.bob, stage.room, "Bridge", event=False)
    left(stage)
    await set_topic(stage)
    assert stage.room.topic == "Bridge"
    left(stage, yields=True)
    await set_topic(stage, 3)
    assert stage.room.topic.startswith("Sev2 ·")
    stage.slack.desk.clock = lambda: stage.room.topic_last_set + 60
    await stage.slack.set_topic(stage.bob, stage.room, "Another bridge", event=False)
    done = await set_topic(stage, 4)
    assert stage.room.topic == "Another bridge" and isinstance(done.then, RecordTopic)


async def test_an_emptied_topic_says_nothing_that_would_be_lost(stage):
    await set_topic(stage, 1)
    await stage.slack.set_topic(stage.bob, stage.room, "", event=False)
    await set_topic(stage)
    assert stage.room.topic.startswith("Sev2 ·")
