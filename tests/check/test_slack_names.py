"""What the configuration names in Slack: the channel, people, user groups; there and not there."""

from collections.abc import Callable
from typing import Any

import pytest

from incident_bot.check import Status, check
from incident_bot.check.asking_slack import Said
from incident_bot.check.named import Named
from incident_bot.check.slack_names import channel_finding, groups_findings, person_problem
from incident_bot.slack.scopes import BOT_SCOPES
from incident_bot.standin import SlackStandIn
from tests.check.conftest import found, says

OK, WARN = Status.OK, Status.WARN
Env = dict[str, str]


async def test_a_channel_that_the_bot_can_join(slack: SlackStandIn, env: Env) -> None:
    slack.channel("incidents").members.remove(slack.bot.id)
    await says(env, "slack.channel", OK, "joins with its first announcement")


async def test_a_missing_channel_is_a_warning(env: Env, configure: Callable[[str], None]) -> None:
    configure('announcement_channel = "nowhere"')
    await says(env, "slack.channel", WARN, "no public channel #nowhere", "announcement_channel")


async def test_an_archived_channel_is_a_warning(slack: SlackStandIn, env: Env) -> None:
    slack.channel("incidents").is_archived = True
    await says(env, "slack.channel", WARN, "#incidents is archived")


async def test_a_private_channel_wants_its_id(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    hidden = slack.add_channel("outages", private=True)
    configure('announcement_channel = "outages"')
    await says(env, "slack.channel", WARN, f'announcement_channel = "{hidden.id}"')
    configure(f'announcement_channel = "{hidden.id}"')
    await says(env, "slack.channel", OK, "the bot is in it")


async def test_a_channel_that_the_bot_does_not_see_wants_an_invitation(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    hidden = slack.add_channel("outages", private=True, with_bot=False)
    configure(f'announcement_channel = "{hidden.id}"')
    await says(env, "slack.channel", WARN, "/invite @incident-bot")


async def test_no_channel_at_all_is_a_choice(env: Env, configure: Callable[[str], None]) -> None:
    configure("announcement_channel = false")
    await says(env, "slack.channel", OK, "nothing is announced")


async def test_the_channel_is_found_behind_the_first_page(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    for number in range(1005):
        slack.add_channel(f"c{number}")
    configure('announcement_channel = "c1004"')
    await says(env, "slack.channel", OK, "#c1004")


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ({"is_private": True, "is_member": False}, "/invite"),
        ({"is_private": True, "is_member": True}, "the bot is in it"),
        ({"is_archived": True}, "archived"),
    ],
)
def test_channels_by_id(channel: dict[str, Any], words: str) -> None:
    finding = channel_finding("C0123456789", [{"id": "C0123456789", **channel}], "incident-bot")
    assert words in finding.sentence


def test_an_open_channel_goes_before_an_archived_one_of_its_name() -> None:
    old = {"id": "C0000000001", "is_archived": True}
    new = {"id": "C0000000002", "is_member": True}
    assert channel_finding("incidents", [old, new], "bot").status is OK


PEOPLE = """
[roles.ops]
people = ["bob@example.com", "UGONE0001"]
[[routes]]
name = "everything"
invite = ["alice@example.com", "UDEACTIV1"]
[permissions]
resolve = ["ops", "UDEACTIV1"]
"""


async def test_people_who_are_not_there_are_named_with_their_place(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.add_user("alice")
    gone = slack.add_user("dora", deleted=True)
    slack.desk.users["UDEACTIV1"] = gone
    configure(PEOPLE)
    lines = await found(env, "slack.people")
    assert {line.status for line in lines} == {WARN}
    told = "\n".join(line.sentence for line in lines)
    assert "bob@example.com (roles.ops) has no active account" in told
    assert "UGONE0001 (roles.ops) has no active account" in told
    assert "UDEACTIV1 (the route “everything”, permissions.resolve) has a deactivated" in told
    assert "alice" not in told and len(lines) == 3


async def test_people_who_are_there_are_good(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.add_user("bob")
    configure('[roles.ops]\npeople = ["bob@example.com"]')
    await says(env, "slack.people", OK, "1 person")


async def test_a_missing_permission_to_look_people_up_is_said_so(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.scopes = set(BOT_SCOPES) - {"users:read.email"}
    configure('[roles.ops]\npeople = ["bob@example.com"]')
    await says(env, "slack.people", WARN, "lacks the scope users:read.email")


def test_a_bot_fills_no_role() -> None:
    assert person_problem(Said("", {"user": {"is_bot": True}})) == "is a bot"


async def test_user_groups_exist(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.add_usergroup("payments", [])
    configure('[[routes]]\nname = "all"\ninvite = ["@payments"]')
    await says(env, "slack.groups", OK, "@payments")
    configure('[[routes]]\nname = "all"\ninvite = ["@payment", "S0NOWHERE"]')
    lines = await found(env, "slack.groups")
    assert [line.status for line in lines] == [WARN, WARN]
    assert "there is no @payment (the route “all”)" in lines[0].found


async def test_groups_that_are_permitted_something_exist(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.add_usergroup("sre", [])
    configure('[permissions]\nresolve = ["ic", "@sre"]\nprivate = ["@sre"]')
    await says(env, "slack.groups", OK, "@sre")
    configure(
        '[permissions]\nresolve = ["@sree"]\n[types.security]\ninvite = ["@sree", "@securty"]'
    )
    both, typing_error = await found(env, "slack.groups")
    assert "there is no @sree (types.security, permissions.resolve)" in both.found
    assert "is refused; nobody of it is invited" in both.fix
    assert "there is no @securty (types.security)" in typing_error.found
    assert "refused" not in typing_error.fix


async def test_a_plan_without_user_groups_is_said_so(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.faults.add("usergroups.list", error="plan_upgrade_required", times=None)
    configure('[[routes]]\nname = "all"\ninvite = ["@payments"]')
    await says(env, "slack.groups", WARN, "this Slack plan has none")


def test_a_disabled_user_group_is_a_warning() -> None:
    named = Named(groups={"@Payments": ("routes",)})
    listed = [{"id": "S1", "handle": "payments", "date_delete": 1_700_000_000}]
    [line] = groups_findings(named, listed)
    assert line.status is WARN and "disabled" in line.found


async def test_a_slow_answer_about_one_thing_hides_nothing_else(
    slack: SlackStandIn, env: Env
) -> None:
    slack.faults.add("conversations.list", delay=30, times=None)
    report = await check(env, seconds=0.5)
    by_name = {f.name: f for f in report.findings}
    assert by_name["slack.token"].status is OK
    channel = by_name["slack.channel"]
    assert channel.status is WARN, "a large workspace takes long, and the bot works"
    assert "0.5 s" in channel.found and "its id" in channel.fix


async def test_a_slow_pagerduty_and_slow_people_stop_nothing(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.faults.add("users.info", delay=30, times=None)
    configure('[roles.ops]\npeople = ["U012AB3CD"]')
    [line] = await found(env, "slack.people", seconds=0.5)
    assert line.status is WARN and "0.5 s" in line.found


@pytest.mark.parametrize("after", [0, 1])
async def test_more_channels_than_slack_lists_at_a_time(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None], after: int
) -> None:
    """Tier 2: 20 pages a minute. The id needs no search."""
    for number in range(1005):
        slack.add_channel(f"c{number}")
    configure('announcement_channel = "c1004"')
    if after:
        slack.faults.add("conversations.list", times=after)
    slack.faults.add("conversations.list", status=429, retry_after=30, times=None)
    await says(env, "slack.channel", WARN, "asked too often", 'announcement_channel = "C')


async def test_archived_channels_do_not_have_to_be_paged_through(
    slack: SlackStandIn, env: Env
) -> None:
    for number in range(1005):
        slack.add_channel(f"a{number}").is_archived = True
    slack.add_channel("found")
    await check(env)
    listed = [call for call in slack.calls if call.method == "conversations.list"]
    assert [call.args.get("exclude_archived") for call in listed] == ["true"]


async def test_what_is_the_matter_with_everybody_is_one_line(
    slack: SlackStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    slack.faults.add("users.info", status=429, retry_after=30, times=None)
    configure('[roles.ops]\npeople = ["U012AB3CD", "U012AB3CE"]')
    await says(env, "slack.people", WARN, "U012AB3CD", "U012AB3CE", "asked too often")
