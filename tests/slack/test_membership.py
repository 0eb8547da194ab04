"""Who is in a user group: known beforehand, kept while Slack is away, and never guessed."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from incident_bot.domain.people import Person
from incident_bot.domain.words import Standing
from incident_bot.slack import membership
from incident_bot.slack.membership import Membership
from tests.slack.stage import Stage, a_stage

GROUPS = ("@SRE", "@empty", "@gone")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as stage:
        stage.alice, stage.bob = stage.slack.add_user("alice"), stage.slack.add_user("bob")
        stage.sre = stage.slack.add_usergroup("sre", [stage.alice])
        stage.slack.add_usergroup("empty", [])
        yield stage


def known(user) -> Person:
    return Person(name=user.name, slack_id=user.id)


async def test_how_people_stand_by_handle_and_by_id(stage):
    groups = Membership(stage.lookup, (*GROUPS, stage.sre.id))
    await groups.refresh()
    assert await groups(known(stage.alice)) == {
        "@SRE": Standing.MEMBER,
        "@empty": Standing.EMPTY,
        "@gone": Standing.UNKNOWN,
        stage.sre.id: Standing.MEMBER,
    }
    assert (await groups(known(stage.bob)))["@SRE"] is Standing.OUTSIDER
    assert (await groups(Person(name="alice")))["@SRE"] is Standing.OUTSIDER
    assert len(stage.calls("usergroups.list")) == 1


async def test_an_answer_costs_no_call_and_a_change_is_seen_at_the_next_look(stage):
    groups = Membership(stage.lookup, ("@sre",))
    await groups.refresh()
    stage.sre.users.append(stage.bob.id)
    assert (await groups(known(stage.bob)))["@sre"] is Standing.OUTSIDER
    assert len(stage.calls("usergroups.list")) == 1
    await groups.refresh()
    assert (await groups(known(stage.bob)))["@sre"] is Standing.MEMBER


async def test_what_was_known_counts_while_slack_is_away(stage):
    groups = Membership(stage.lookup, ("@sre",))
    await groups.refresh()
    stage.slack.faults.add("usergroups.list", status=503, times=None)
    await groups.refresh()
    assert (await groups(known(stage.alice)))["@sre"] is Standing.MEMBER
    assert (await groups(known(stage.bob)))["@sre"] is Standing.OUTSIDER


async def test_who_comes_before_anything_is_known_waits_for_one_call(stage):
    groups = Membership(stage.lookup, ("@sre",))
    assert (await groups(known(stage.alice)))["@sre"] is Standing.MEMBER
    assert len(stage.calls("usergroups.list")) == 1


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"error": "plan_upgrade_required"}, {"error": "missing_scope"}]
)
async def test_when_slack_never_told_nobody_is_taken_for_a_member(stage, fault):
    stage.slack.faults.add("usergroups.list", times=None, **fault)
    groups = Membership(stage.lookup, ("@sre",))
    for _ in range(3):
        assert (await groups(known(stage.alice)))["@sre"] is Standing.UNKNOWN
    assert len(stage.calls("usergroups.list")) == 1


async def test_who_waits_does_not_wait_long(stage, monkeypatch):
    monkeypatch.setattr(membership, "PATIENCE", 0.05)
    stage.slack.faults.add("usergroups.list", delay=0.5)
    groups = Membership(stage.lookup, ("@sre",))
    assert (await groups(known(stage.alice)))["@sre"] is Standing.UNKNOWN
    await groups.refresh()
    assert (await groups(known(stage.alice)))["@sre"] is Standing.MEMBER
    assert len(stage.calls("usergroups.list")) == 1


async def test_a_group_that_is_not_there_is_told_once(stage):
    groups = Membership(stage.lookup, GROUPS)
    with capture_logs() as logs:
        await groups.refresh()
        await groups.refresh()
    assert [line["groups"] for line in logs if "no such" in line["event"]] == [["@gone"]]


async def test_without_groups_nothing_is_asked(stage):
    groups = Membership(stage.lookup, ())
    await groups.refresh()
    assert await groups(known(stage.alice)) == {}
    assert stage.calls("usergroups.list") == []
