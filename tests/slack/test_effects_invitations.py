"""Inviting people, and filling the roles."""

import asyncio

import pytest
from structlog.testing import capture_logs

from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.effects import Away, GiveUp, Later
from incident_bot.pagerduty.errors import PagerDutyRefused
from incident_bot.slack.effects.invitations import TRIES
from incident_bot.slack.gateway import SlackRefused
from tests.slack.stage import a_stage, somebody

INVITE = JobKind.INVITE


def args(slack_ids=(), pagerduty_ids=(), policy=None):
    named = [{"id": i, "name": f"Name of {i}"} for i in pagerduty_ids]
    return {
        "slack_ids": list(slack_ids), "pagerduty_ids": named, "escalation_policy_id": policy
    }  # fmt: skip


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield await stage.with_room()


async def test_everybody_is_invited_in_one_call(stage):
    alice, bob = stage.slack.add_user("alice"), stage.slack.add_user("bob")
    stage.people.pagerduty["P1"] = somebody("Bob", slack_id=bob.id, pagerduty_id="P1")
    done = await stage.perform(INVITE, args=args([alice.id], ["P1"], "EP"))
    assert {alice.id, bob.id} < set(stage.room.members)
    assert {p.name for p in done.then.people} == {"Alice", "Bob"}
    assert done.then.failed == ()
    assert len(stage.calls("conversations.invite")) == 1


async def test_a_guest_a_stranger_and_a_leaver_keep_nobody_out(stage):
    alice = stage.slack.add_user("alice")
    guest = stage.slack.add_user("guest", is_restricted=True)
    gone = stage.slack.add_user("gone", deleted=True)
    done = await stage.perform(INVITE, args=args([guest.id, gone.id, "U404", alice.id]))
    assert [p.name for p in done.then.people] == ["Alice"]
    assert len(done.then.failed) == 3
    assert all(words.endswith(".") for words in done.then.failed)


async def test_one_code_for_all_is_followed_one_by_one(stage):
    alice, bob = stage.slack.add_user("alice"), stage.slack.add_user("bob")
    stage.slack.faults.add(
        "conversations.invite", error="cant_invite", when=lambda a: "," in a["users"]
    )
    stage.slack.faults.add(
        "conversations.invite", error="user_is_restricted", when=lambda a: a["users"] == bob.id
    )
    done = await stage.perform(INVITE, args=args([bob.id, alice.id]))
    assert [p.name for p in done.then.people] == ["Alice"]
    assert "guest" in done.then.failed[0]


async def test_somebody_who_is_there_already_counts_as_invited(stage):
    alice = stage.slack.add_user("alice")
    stage.room.members.append(alice.id)
    done = await stage.perform(INVITE, args=args([alice.id]))
    assert [p.name for p in done.then.people] == ["Alice"]
    assert done.then.failed == ()


async def test_an_answer_that_got_lost_is_no_failure(stage):
    alice = stage.slack.add_user("alice")
    stage.slack.faults.add("conversations.invite", drop="after")
    done = await stage.perform_through(INVITE, args=args([alice.id]))
    assert [p.name for p in done.then.people] == ["Alice"]
    assert stage.room.members.count(alice.id) == 1


async def test_who_has_no_slack_account_is_named_with_a_way_forward(stage):
    stage.people.pagerduty["P1"] = somebody("Bob Jones", pagerduty_id="P1", email="bob@example.com")
    done = await stage.perform(INVITE, args=args([], ["P1"]))
    assert done.then.people == ()
    assert done.then.failed == (
        "Bob Jones (bob@example.com) has no Slack account here: invite them by hand.",
    )


async def test_who_cannot_be_looked_up_keeps_nobody_waiting(stage):
    alice = stage.slack.add_user("alice")
    stage.people.pagerduty["P1"] = Later("PagerDuty is away")
    with pytest.raises(Later):
        await stage.perform(INVITE, args=args([alice.id], ["P1"]))
    assert alice.id in stage.room.members
    done = await stage.perform(INVITE, args=args([alice.id], ["P1"]), attempt=TRIES)
    assert [p.name for p in done.then.people] == ["Alice"]
    assert done.then.failed == (
        "Name of P1 could not be looked up (PagerDuty is away): invite them by hand.",
    )


async def test_a_permission_that_is_missing_is_named_when_somebody_cannot_be_looked_up(stage):
    """Told at once: asking again would not help."""
    stage.slack.faults.add("users.lookupByEmail", error="missing_scope")
    with pytest.raises(SlackRefused) as refused:
        await stage.lookup.slack_user_by_email("bob@example.com")
    stage.people.pagerduty["P1"] = refused.value
    done = await stage.perform(INVITE, args=args([], ["P1"]))
    assert "The Slack app lacks the permission" in done.then.failed[0]


async def test_who_waits_for_a_pagerduty_that_is_away_is_asked_for_until_it_is_back(stage):
    """However often that is; who is in the room already is recorded meanwhile."""
    alice = stage.slack.add_user("alice")
    stage.people.pagerduty["P1"] = Away("PagerDuty answered 503", "pagerduty")
    with pytest.raises(Away) as away:
        await stage.perform(INVITE, args=args([alice.id], ["P1"]), attempt=TRIES + 5)
    assert away.value.side == "pagerduty"
    assert [p.name for p in away.value.then.people] == ["Alice"]
    assert alice.id in stage.room.members


async def test_a_pagerduty_that_hangs_keeps_nobody_else_waiting(stage, monkeypatch):
    monkeypatch.setattr("incident_bot.slack.effects.on_call.PATIENCE", 0.05)
    alice = stage.slack.add_user("alice")
    hangs = asyncio.Event()

    async def by_pagerduty(pagerduty_id, name=None):
        await hangs.wait()

    stage.people.by_pagerduty = by_pagerduty
    with pytest.raises(Away):
        await stage.perform(INVITE, args=args([alice.id], ["P1"]))
    assert alice.id in stage.room.members


async def test_with_nobody_named_who_is_on_call_is_invited(stage):
    alice = stage.slack.add_user("alice")
    stage.on_call["EP"] = [somebody("Alice", slack_id=alice.id)]
    done = await stage.perform(INVITE, args=args(policy="EP"))
    assert [p.name for p in done.then.people] == ["Alice"]


async def test_nobody_on_call_is_said(stage):
    stage.on_call["EP"] = []
    done = await stage.perform(INVITE, args=args(policy="EP"))
    assert "nobody on call" in done.then.failed[0]


async def test_on_call_that_cannot_be_asked_is_asked_again_and_then_told(stage):
    stage.on_call["EP"] = Later("PagerDuty is away")
    with pytest.raises(Later):
        await stage.perform(INVITE, args=args(policy="EP"))
    done = await stage.perform(INVITE, args=args(policy="EP"), attempt=TRIES)
    assert done.then.failed == (
        "Who is on call could not be looked up (PagerDuty is away): invite them by hand.",
    )


async def test_a_hundred_at_once_at_most(stage):
    ids = [stage.slack.add_user(f"u{n}").id for n in range(130)]
    done = await stage.perform(INVITE, args=args(ids))
    assert len(done.then.people) == 130
    sizes = [len(a["users"].split(",")) for a in stage.calls("conversations.invite")]
    assert sizes == [100, 30]


async def test_a_closed_room_is_told_once_and_not_one_by_one(stage):
    ids = [stage.slack.add_user(name).id for name in ("a", "b", "c")]
    stage.room.is_archived = True
    with pytest.raises(GiveUp, match="archived"):
        await stage.perform(INVITE, args=args(ids))
    assert len(stage.calls("conversations.invite")) == 1


async def test_nobody_to_invite_is_nothing_to_record(stage):
    assert (await stage.perform(INVITE, args=args())).then is None


async def test_looking_up_beside_the_opening_asks_pagerduty_once(stage):
    asked = []

    async def on_call(policy):
        asked.append(policy)
        return []

    stage._on_call = on_call
    stage.start_anew()
    look = {"pagerduty_ids": [], "escalation_policy_id": "EP"}
    await stage.perform(JobKind.LOOK_UP_PEOPLE, args=look)
    await stage.perform(INVITE, args=args(policy="EP"))
    assert asked == ["EP"]


async def test_looking_up_never_fails(stage):
    stage.people.pagerduty["P1"] = Later("PagerDuty is away")
    look = {"pagerduty_ids": [{"id": "P1", "name": "Bob"}], "escalation_policy_id": "EP"}
    done = await stage.perform(JobKind.LOOK_UP_PEOPLE, args=look)
    assert done.result == {}


# Roles

ROLES = (
    Role(key="ic", name="Incident Commander", short="IC"),
    Role(key="ops", name="Operations lead", short="Ops", people=("no@x.io", "bob@example.com")),
    Role(key="comms", name="Communications lead", short="Comms", escalation_policy="EP"),
)


@pytest.fixture
async def cast():
    async with a_stage(policy=Policy(roles=ROLES)) as stage:
        await stage.with_room()
        stage.slack.add_user("bob")
        stage.on_call["EP"] = [somebody("Carol")]
        yield stage


async def test_configured_people_and_who_is_on_call_get_the_free_roles(cast):
    await cast.perform(JobKind.FILL_ROLES)
    assert [(role, p.name) for role, p in cast.assigned] == [("ops", "Bob"), ("comms", "Carol")]


async def test_a_role_that_somebody_has_is_left_alone(cast):
    cast.incident = cast.incident.model_copy(update={"roles": {"ops": Person(name="Dave")}})
    await cast.perform(JobKind.FILL_ROLES)
    assert [role for role, _ in cast.assigned] == ["comms"]


async def test_who_runs_the_bot_learns_of_a_role_that_nobody_was_found_for(cast):
    cast.on_call["EP"] = []
    with capture_logs() as logged:
        await cast.perform(JobKind.FILL_ROLES)
    assert [entry.get("role") for entry in logged] == ["comms"]


async def test_a_role_taken_meanwhile_is_no_failure(cast):
    cast.assign_error = Refusal("Dave is Ops already.")
    assert (await cast.perform(JobKind.FILL_ROLES)).result == {"filled": {}}


async def test_one_role_that_has_to_wait_holds_up_no_other(cast):
    cast.on_call["EP"] = Later("PagerDuty is away")
    with pytest.raises(Later):
        await cast.perform(JobKind.FILL_ROLES)
    assert [role for role, _ in cast.assigned] == ["ops"]


async def test_a_pagerduty_that_hangs_holds_up_no_role_of_somebody_known(cast, monkeypatch):
    monkeypatch.setattr("incident_bot.slack.effects.on_call.PATIENCE", 0.05)

    async def on_call(policy):
        await asyncio.Event().wait()

    cast._on_call = on_call
    cast.start_anew()
    with pytest.raises(Away):
        await cast.perform(JobKind.FILL_ROLES)
    assert [role for role, _ in cast.assigned] == ["ops"]


async def test_what_pagerduty_refuses_is_told_and_not_asked_again(cast):
    cast.on_call["EP"] = PagerDutyRefused("PagerDuty answered 401. Check PAGERDUTY_API_TOKEN.", 401)
    with pytest.raises(GiveUp, match=r"fill the roles.*PAGERDUTY_API_TOKEN"):
        await cast.perform(JobKind.FILL_ROLES)
    assert [role for role, _ in cast.assigned] == ["ops"]
