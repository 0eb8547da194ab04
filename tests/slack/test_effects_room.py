"""Opening the war room: one channel, whatever happens on the way."""

import time

import pytest

from incident_bot.domain.commands import RecordRoom
from incident_bot.domain.decision import JobKind
from incident_bot.effects import GiveUp, Later
from incident_bot.slack.gateway import SlackUnknown
from tests.slack.stage import a_stage, an_incident

CREATE = JobKind.CREATE_ROOM
NAME = "incident-2025-10-27-checkout-fails"


def ours(stage):
    return [c for c in stage.slack.channels.values() if c.creator == stage.slack.bot.id]


async def test_it_opens_a_public_channel_with_the_templates_name():
    async with a_stage() as stage:
        done = await stage.perform(CREATE)
        (channel,) = ours(stage)
        assert (channel.name, channel.is_private) == (NAME, False)
        assert done.result == {"channel": channel.id, "name": NAME}
        assert isinstance(done.then, RecordRoom)
        assert done.then.channel_id == channel.id
        assert stage.shelf.names == {NAME: "INC-1"}
        assert [c.method for c in stage.slack.calls] == ["conversations.create"]


@pytest.mark.parametrize("private", [False, True])
async def test_an_answer_that_got_lost_makes_no_second_channel(private):
    async with a_stage(private=private) as stage:
        stage.slack.faults.add("conversations.create", drop="after")
        done = await stage.perform_through(CREATE)
        (channel,) = ours(stage)
        assert done.then.channel_id == channel.id
        assert channel.is_private is private
        assert len(stage.calls("conversations.create")) == 1


async def test_a_channel_that_slack_does_not_list_yet_is_waited_for():
    async with a_stage() as stage:
        stage.slack.faults.add("conversations.create", drop="after")
        with pytest.raises(SlackUnknown):
            await stage.perform(CREATE)
        (channel,) = ours(stage)
        channel.members.clear()  # as if Slack's list of the bot's channels lagged behind
        with pytest.raises(Later):
            await stage.perform(CREATE, again=True, attempt=2)
        channel.members.append(stage.slack.bot.id)
        done = await stage.perform(CREATE, again=True, attempt=3)
        assert done.then.channel_id == channel.id
        assert ours(stage) == [channel]


async def test_a_name_that_people_took_is_waited_for_only_so_long():
    async with a_stage() as stage:
        stage.slack.add_channel(NAME, members=[stage.slack.add_user("alice")])
        stage.slack.faults.add("conversations.create", drop="before")
        with pytest.raises(SlackUnknown):
            await stage.perform(CREATE)
        for attempt in (2, 3):
            with pytest.raises(Later):
                await stage.perform(CREATE, again=True, attempt=attempt)
        done = await stage.perform(CREATE, again=True, attempt=4)
        assert done.then.name == f"{NAME}-2"


async def test_a_call_that_never_arrived_is_made_again():
    async with a_stage() as stage:
        stage.slack.faults.add("conversations.create", drop="before")
        done = await stage.perform_through(CREATE)
        assert [c.id for c in ours(stage)] == [done.then.channel_id]


async def test_the_name_is_reserved_before_the_call():
    async with a_stage() as stage:
        stage.slack.faults.add("conversations.create", drop="before")
        with pytest.raises(SlackUnknown):
            await stage.perform(CREATE)
        assert stage.shelf.names == {NAME: "INC-1"}


async def test_a_name_reserved_by_another_incident_is_not_even_tried():
    async with a_stage() as stage:
        stage.shelf.names[NAME] = "INC-9"
        done = await stage.perform(CREATE)
        assert done.then.name == f"{NAME}-2"
        assert [a["name"] for a in stage.calls("conversations.create")] == [f"{NAME}-2"]


async def test_a_name_that_people_took_is_left_to_them():
    async with a_stage() as stage:
        alice = stage.slack.add_user("alice")
        theirs = stage.slack.add_channel(NAME, members=[alice])
        done = await stage.perform(CREATE)
        assert done.then.name == f"{NAME}-2"
        assert done.then.channel_id != theirs.id


async def test_an_old_channel_of_ours_is_not_adopted():
    async with a_stage() as stage:
        old = stage.slack.desk.new_channel(NAME, stage.slack.bot.id, [stage.slack.bot.id])
        old.created = int(time.time()) - 3600
        done = await stage.perform(CREATE, again=True)
        assert done.then.name == f"{NAME}-2"


async def test_a_channel_of_another_incident_is_not_adopted():
    async with a_stage() as stage:
        held = stage.slack.desk.new_channel(NAME, stage.slack.bot.id, [stage.slack.bot.id])
        stage.shelf.holders[held.id] = an_incident(ref="INC-2")
        done = await stage.perform(CREATE, again=True)
        assert done.then.channel_id != held.id


async def test_a_private_incident_never_adopts_a_public_channel():
    async with a_stage(private=True) as stage:
        public = stage.slack.desk.new_channel(NAME, stage.slack.bot.id, [stage.slack.bot.id])
        done = await stage.perform(CREATE, again=True)
        assert done.then.channel_id != public.id
        assert stage.slack.channels[done.then.channel_id].is_private


@pytest.mark.parametrize("code", ["restricted_action", "missing_scope", "invalid_auth"])
async def test_a_private_room_that_is_refused_is_never_tried_as_public(code):
    async with a_stage(private=True) as stage:
        stage.slack.faults.add("conversations.create", error=code, times=None)
        with pytest.raises(GiveUp, match=r"^I could not open the war room\. [A-Z].*\.$"):
            await stage.perform(CREATE)
        assert ours(stage) == []
        assert [a["is_private"] for a in stage.calls("conversations.create")] == ["true"]


async def test_a_room_that_is_known_is_not_opened_again():
    async with a_stage() as stage:
        await stage.with_room()
        done = await stage.perform(CREATE, again=True)
        assert done.then.channel_id == stage.room.id
        assert len(ours(stage)) == 1


async def test_it_gives_up_when_every_name_is_taken():
    async with a_stage() as stage:
        stage.slack.faults.add("conversations.create", error="name_taken", times=None)
        with pytest.raises(GiveUp, match="by hand"):
            await stage.perform(CREATE)
