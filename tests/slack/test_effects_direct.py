"""Words for one person: a direct message that is posted once and shown again when things change."""

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.decision import JobKind
from incident_bot.domain.handover import Offer
from incident_bot.domain.people import Person, by
from incident_bot.domain.words import IC, Status
from incident_bot.effects import GiveUp, Later
from incident_bot.slack.scopes import BOT_SCOPES
from tests.slack.stage import DETECTED, a_stage, somebody

KEY, DUTIES = "INC-1/handover/3", "INC-1/duties/ic/3"


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        stage.slack.scopes = set(BOT_SCOPES)
        stage.alice = stage.slack.add_user("alice", "Alice Smith")
        stage.bob = stage.slack.add_user("bob", "Bob Johnson")
        await stage.with_room(last_seq=3)
        asked(stage)
        yield stage


def person(user):
    return Person(name=user.real_name, handle=user.name, slack_id=user.id)


def asked(stage, **changes):
    """Alice asks Bob to take over as Incident Commander."""
    alice, bob = person(stage.alice), person(stage.bob)
    offer = Offer(seq=3, to=bob, by=alice)
    update = {"roles": {IC: alice}, "offers": {IC: offer}, **changes}
    stage.incident = stage.incident.model_copy(update=update)


def args(stage, view="handover", **more):
    who = {"slack_id": stage.bob.id, "pagerduty_id": None, "name": "Bob Johnson"}
    return {**who, "view": view, "role": IC, "offer": 3, "first": True, **more}


def direct(stage, user=None):
    return stage.slack.desk.direct((user or stage.bob).id)


async def brief(stage, **more):
    return await stage.perform(JobKind.TELL_PERSON, KEY, args(stage, **more))


async def shown_again(stage, seq=4):
    update = args(stage, told=KEY)
    return await stage.perform(JobKind.UPDATE_TOLD, f"{KEY}/{seq}", update)


def actions(message):
    return [
        (element["action_id"], element["value"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_who_is_asked_gets_a_brief_with_two_answers(stage):
    stage.shelf.entries.append(
        e.Entry(seq=2, occurred_at=DETECTED, recorded_at=DETECTED, actor=by(person(stage.alice)),
                body=e.Logged(headline="Pool exhausted"))
    )  # fmt: skip
    done = await brief(stage)
    (message,) = direct(stage).messages
    assert done.result == {"channel": direct(stage).id, "ts": message.ts}
    assert f"<@{stage.alice.id}> asks you to take over as *Incident Commander*" in message.text
    assert "Pool exhausted" in str(message.blocks) and f"<#{stage.room.id}>" in message.text
    assert "What IC does first" in str(message.blocks)
    assert actions(message) == [
        ("accept_handover", "INC-1 ic 3"),
        ("decline_handover", "INC-1 ic 3"),
    ]
    assert len(stage.calls("conversations.open")) == 1
    assert direct(stage, stage.alice).messages == []


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
async def test_an_answer_that_got_lost_is_no_second_message(stage, method, drop):
    stage.slack.faults.add(method, drop=drop)
    await stage.perform_through(JobKind.TELL_PERSON, KEY, args(stage))
    assert len(direct(stage).messages) == 1


async def test_what_was_sent_is_found_though_the_question_ended_meanwhile(stage):
    stage.slack.faults.add("chat.postMessage", drop="after")
    with pytest.raises(Later):
        await brief(stage)
    asked(stage, offers={})
    done = await stage.perform(JobKind.TELL_PERSON, KEY, args(stage), again=True, attempt=2)
    (message,) = direct(stage).messages
    assert done.result["ts"] == message.ts
    await shown_again(stage)
    assert actions(direct(stage).messages[0]) == []


async def test_a_question_that_ended_is_not_asked(stage):
    asked(stage, offers={})
    assert (await brief(stage)).result == {}
    assert (await shown_again(stage)).result == {}
    assert [c.method for c in stage.slack.calls if c.method.startswith("chat")] == []


async def test_once_accepted_the_message_says_what_the_role_does(stage):
    await brief(stage)
    asked(stage, roles={IC: person(stage.bob)}, offers={})
    await shown_again(stage)
    (message,) = direct(stage).messages
    assert message.text.startswith("You are *Incident Commander* of INC-1.")
    assert "What IC does first" in str(message.blocks) and actions(message) == []
    assert message.metadata["event_payload"] == {"key": KEY}


async def test_once_declined_or_outdated_the_message_says_so(stage):
    await brief(stage)
    asked(stage, offers={})
    await shown_again(stage)
    (message,) = direct(stage).messages
    assert "No answer is needed any more" in message.text and actions(message) == []
    assert f"<@{stage.alice.id}> is Incident Commander" in message.text
    asked(stage, offers={}, status=Status.RESOLVED)
    await shown_again(stage, 5)
    assert "INC-1 is resolved" in direct(stage).messages[0].text


async def test_a_message_that_was_deleted_is_let_go_and_one_not_sent_is_waited_for(stage):
    with pytest.raises(Later):
        await shown_again(stage)
    await brief(stage)
    direct(stage).messages.clear()
    assert (await shown_again(stage)).result == {"gone": "message_not_found"}


async def test_duties_are_told_while_the_role_is_theirs(stage):
    told = args(stage, "duties")
    await stage.perform(JobKind.TELL_PERSON, DUTIES, told)
    assert direct(stage).messages == []  # it is Alice's meanwhile
    asked(stage, roles={IC: person(stage.bob)})
    await stage.perform(JobKind.TELL_PERSON, DUTIES, told)
    (message,) = direct(stage).messages
    assert message.text.startswith("You are *Incident Commander* of INC-1.")
    assert "/incident role ops @bob" in str(message.blocks)


async def test_who_is_known_from_pagerduty_only_is_looked_up(stage):
    who = {"slack_id": None, "pagerduty_id": "P2", "name": "Bob Johnson"}
    bob = Person(name="Bob Johnson", pagerduty_id="P2")
    asked(stage, roles={IC: bob})
    stage.people.pagerduty["P2"] = somebody("Bob Johnson", pagerduty_id="P2")
    done = await stage.perform(JobKind.TELL_PERSON, DUTIES, args(stage, "duties", **who))
    assert done.result == {}
    stage.people.pagerduty["P2"] = somebody("Bob Johnson", pagerduty_id="P2", slack_id=stage.bob.id)
    await stage.perform(JobKind.TELL_PERSON, DUTIES, args(stage, "duties", **who))
    assert len(direct(stage).messages) == 1


@pytest.mark.parametrize(
    ("code", "why"),
    [("user_not_found", "no such Slack account"), ("user_disabled", "deactivated")],
)
async def test_who_cannot_be_told_is_named_to_the_room_with_the_way_forward(stage, code, why):
    stage.slack.faults.add("conversations.open", error=code, times=2)
    with pytest.raises(GiveUp, match=f"I cannot send Bob Johnson a direct message: .*{why}") as up:
        await brief(stage)
    assert "`/incident role ic me`" in str(up.value)
    asked(stage, roles={IC: person(stage.bob)})
    with pytest.raises(GiveUp, match="tell them here"):
        await stage.perform(JobKind.TELL_PERSON, DUTIES, args(stage, "duties"))


async def test_a_permission_that_is_missing_is_named(stage):
    stage.slack.scopes -= {"im:write"}
    with pytest.raises(GiveUp, match=r"I could not send a direct message\. .* im:write"):
        await brief(stage)


async def test_of_a_private_incident_only_who_belongs_to_it_is_told(stage):
    asked(stage, private=True)
    await brief(stage)
    assert len(direct(stage).messages) == 1
    stranger = {"slack_id": stage.slack.add_user("eve").id, "name": "Eve"}
    done = await stage.perform(JobKind.TELL_PERSON, "INC-1/handover/4", args(stage, **stranger))
    assert done.result == {} and len(stage.calls("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("private", "kept"), [(True, "Nothing of it was made public. Make a private channel"),
                          (False, "recorded all the same. Make a channel")],
)  # fmt: skip
async def test_that_there_is_no_room_is_told_with_the_way_forward(stage, private, kept):
    problem = "I could not open the war room."
    bob = person(stage.bob)
    stage.incident = stage.incident.model_copy(
        update={"room": None, "room_problem": problem, "private": private, "opened_by": bob}
    )
    await stage.perform(JobKind.TELL_PERSON, "INC-1/no-room", args(stage, view="no_room"))
    (message,) = direct(stage).messages
    assert message.text.startswith(f"*INC-1 has no war room.* {problem}")
    assert kept in str(message.blocks) and "/incident INC-1 log" in str(message.blocks)


async def test_a_room_that_came_after_all_is_not_missed(stage):
    done = await stage.perform(JobKind.TELL_PERSON, "INC-1/no-room", args(stage, view="no_room"))
    assert done.result == {} and direct(stage).messages == []
