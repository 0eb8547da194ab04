"""Whom a route names: found in Slack over the wire, and told about when they are not."""

import asyncio

import pytest
from structlog.testing import capture_logs

from incident_bot.config import policy_from
from incident_bot.domain.decision import JobKind
from incident_bot.effects import Away, Effect, Later
from incident_bot.slack.effects.invitations import TRIES
from incident_bot.store import Job
from tests.slack.stage import a_stage


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield await stage.with_room()


async def invite(stage, *named, attempt=1):
    key = "INC-1/invite/route"
    return await stage.perform(JobKind.INVITE, key, {"named": list(named)}, attempt=attempt)


def names(done):
    return sorted(p.name for p in done.then.people)


async def test_an_address_an_id_and_groups_become_people_in_one_call(stage):
    alice, bob, carol, dave = (stage.slack.add_user(n) for n in ("alice", "bob", "carol", "dave"))
    stage.slack.add_usergroup("payments-oncall", [bob, carol])
    by_id = stage.slack.add_usergroup("database", [carol, dave])
    done = await invite(stage, alice.email, carol.id, "@Payments-OnCall", by_id.id)
    assert names(done) == ["Alice", "Bob", "Carol", "Dave"]
    assert done.then.failed == ()
    assert {alice.id, bob.id, carol.id, dave.id} < set(stage.room.members)
    (call,) = stage.calls("conversations.invite")
    assert call["users"].split(",").count(carol.id) == 1


async def test_who_does_not_exist_is_told_by_name_and_keeps_nobody_out(stage):
    alice = stage.slack.add_user("alice")
    stage.slack.add_usergroup("empty", [])
    guest = stage.slack.add_user("guest", is_restricted=True)
    done = await invite(
        stage, "@gone", "S0DOESNOTEXIST", "no@example.com", "@empty", "bob", guest.id, alice.id
    )
    assert names(done) == ["Alice"]
    assert done.then.failed[:5] == (
        "The user group @gone does not exist in Slack (incident-bot.toml, routes): "
        "invite its people by hand.",
        "The user group S0DOESNOTEXIST does not exist in Slack (incident-bot.toml, routes): "
        "invite its people by hand.",
        "Nobody in Slack has the address no@example.com (incident-bot.toml, routes): "
        "invite them by hand.",
        "Nobody is in the user group @empty (incident-bot.toml, routes).",
        "bob is no e-mail address, Slack id or user group like @payments "
        "(incident-bot.toml, routes).",
    )
    assert "Guest is a guest" in done.then.failed[5]


async def test_what_the_configuration_takes_for_a_group_is_one_here_too(stage):
    policy = policy_from('[[routes]]\ninvite = ["S0ABCD", "@Équipe"]')
    done = await invite(stage, *policy.routes[0].invite)
    assert len(done.then.failed) == 2
    assert all(words.startswith("The user group ") for words in done.then.failed)


async def test_an_address_is_no_line_of_the_log(stage, monkeypatch):
    async def breaks(email):
        raise RuntimeError(f"{email} broke it")

    monkeypatch.setattr(stage.people, "by_email", breaks)
    with capture_logs() as logs, pytest.raises(Later):
        await invite(stage, "alice@example.com")
    assert [line["error"] for line in logs if line["log_level"] == "warning"] == ["RuntimeError"]
    assert "alice@" not in str(logs)


async def test_what_an_error_quotes_is_no_line_of_the_log(stage):
    """Pydantic's, for one, quote the person that they could not read."""
    broken = RuntimeError("Alice Smith broke it")
    stage.people.pagerduty["P1"] = stage.on_call["E1"] = broken
    asked = {"pagerduty_ids": [{"id": "P1", "name": "Alice Smith"}]}
    policy = {"escalation_policy_id": "E1"}
    with capture_logs() as logs:
        for wanted in (asked, policy):
            await stage.perform(JobKind.LOOK_UP_PEOPLE, "INC-1/people", wanted)
            with pytest.raises(Later):
                await stage.perform(JobKind.INVITE, "INC-1/invite/1", wanted)
    assert len(logs) >= 4 and "RuntimeError" in str(logs)
    assert "Alice" not in str(logs)


async def test_braces_in_a_name_are_only_braces(stage):
    done = await invite(stage, "@{where}")
    assert "user group @{where} does not exist" in done.then.failed[0]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("missing_scope", "the Slack app lacks the permission"),
        ("plan_upgrade_required", "this workspace's plan has no user groups"),
        ("no_permission", "usergroups.list: no_permission"),
    ],
)
async def test_a_refusal_is_told_at_once_with_its_reason(stage, code, says):
    alice = stage.slack.add_user("alice")
    stage.slack.add_usergroup("oncall", [alice])
    stage.slack.faults.add("usergroups.list", error=code)
    done = await invite(stage, "@oncall", alice.id)
    assert names(done) == ["Alice"]
    assert says in done.then.failed[0]
    assert done.then.failed[0].startswith("Slack does not tell who @oncall is")


async def test_a_group_that_cannot_be_asked_now_is_asked_again_until_slack_answers(stage):
    alice, bob = stage.slack.add_user("alice"), stage.slack.add_user("bob")
    stage.slack.add_usergroup("oncall", [bob])
    stage.slack.faults.add("usergroups.users.list", status=503, times=2)
    with pytest.raises(Later):
        await invite(stage, "@oncall", alice.id)
    assert alice.id in stage.room.members, "the others are invited at once"
    with pytest.raises(Away):
        await invite(stage, "@oncall", alice.id, attempt=TRIES)
    done = await invite(stage, "@oncall", alice.id, attempt=2)
    assert names(done) == ["Alice", "Bob"]


async def test_a_large_group_comes_in_batches_of_a_hundred(stage):
    members = [stage.slack.add_user(f"u{n}") for n in range(130)]
    stage.slack.add_usergroup("everybody", members)
    done = await invite(stage, "@everybody")
    assert len(done.then.people) == 130
    sizes = [len(call["users"].split(",")) for call in stage.calls("conversations.invite")]
    assert sizes == [100, 30]


async def test_groups_are_asked_for_once_in_a_while(stage):
    stage.slack.add_usergroup("oncall", [stage.slack.add_user("alice")])
    await asyncio.gather(*(invite(stage, "@oncall") for _ in range(3)))
    assert len(stage.calls("usergroups.list")) == 1
    assert len(stage.calls("usergroups.users.list")) == 1


async def test_looking_up_beside_the_opening_learns_the_group_already(stage):
    stage.slack.add_usergroup("oncall", [stage.slack.add_user("alice")])
    look = {"pagerduty_ids": [], "escalation_policy_id": None, "named": ["@oncall"]}
    await stage.perform(JobKind.LOOK_UP_PEOPLE, "INC-1/people", look)
    assert len(stage.calls("usergroups.users.list")) == 1
    assert names(await invite(stage, "@oncall")) == ["Alice"]
    assert len(stage.calls("usergroups.users.list")) == 1


async def test_a_slow_look_up_holds_up_no_other_job(stage):
    """The runner takes nothing else until an invitation has begun: this one begins first."""
    stage.slack.add_usergroup("oncall", [stage.slack.add_user("alice")])
    asked_before: list[int] = []

    def begins() -> None:
        asked_before.append(len(stage.calls("usergroups.list")))

    job = Job(7, "k", JobKind.INVITE, "INC-1", {"named": ["@oncall"]}, None, 1, 1, False)
    await stage.handlers[JobKind.INVITE](Effect(job, stage.incident, False, begins))
    assert asked_before[0] == 0
