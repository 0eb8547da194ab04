"""The App Home: what it shows to whom, within Slack's limits, and what a press in it does."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Action, Incident, Room
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.wanted import LONGEST, Wanted
from incident_bot.domain.words import IC, ActionKind, Priority, Severity, Status
from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.slack.payload_check import view_complaints
from incident_bot.slack.views.home import Page, filter_form, home
from incident_bot.standin.slack.blocks import check_view
from tests.slack.stage import DETECTED, a_stage, an_incident

ALICE = Person(name="Alice", handle="alice", slack_id="U1")
BOB = Person(name="Bob", handle="bob", slack_id="U2")
hostile = st.sampled_from(
    ["x" * 3000, "<!channel> &" * 300, "*_~`" * 500, "‮ abc", "😀" * 1500, "@here\n\n", ""]
)


def item(
    seq: int, owner: Person | None = ALICE, *, done: bool = False, text: str = "Fix"
) -> Action:
    added = e.ActionAdded(
        action=ActionKind.PREVENTION, priority=Priority.P1, text=text, owner=owner
    )
    return Action(seq=seq, item=added, done=done)


def numbered(number: int, title: str = "Checkout fails", **changes: object) -> Incident:
    room = Room(channel_id=f"C{number}", name=f"room-{number}")
    return an_incident(ref=f"INC-{number}", title=title, room=room, **changes)


def text_of(view: object) -> str:
    return json.dumps(view, ensure_ascii=False)


def buttons(view: dict) -> dict[str, str]:
    found = {}
    for block in view["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if "action_id" in element:
                found[element["action_id"]] = element.get("value", "")
    return found


def test_nothing_going_on_says_so() -> None:
    view = home(ALICE, [], [], Page(), Policy())
    said = text_of(view)
    assert "No incident is open." in said and "no action item is yours" in said
    assert view_complaints(view) == check_view(view) == []


def test_what_is_mine_and_nothing_of_others() -> None:
    mine = [
        numbered(3, roles={IC: ALICE}),
        numbered(2, "Old one", status=Status.RESOLVED, roles={IC: BOB, "ops": ALICE},
                 actions=(item(4), item(5, BOB, text="Theirs"), item(6, done=True, text="Past"))),
        numbered(1, "To read", status=Status.RESOLVED, roles={IC: ALICE}),
    ]  # fmt: skip
    view = home(ALICE, [mine[0]], mine, Page(), Policy())
    said = text_of(view)
    assert "*Incident Commander* of INC-3" in said
    assert "#4 of INC-2" in said and "Theirs" not in said and "Past" not in said
    pressed = buttons(view)
    assert pressed["action_done:INC-2-4"] == "INC-2 4"
    assert pressed["approve_draft:INC-1"] == "INC-1"
    assert "approve_draft:INC-2" not in pressed  # its Incident Commander reads it


@settings(max_examples=60, deadline=None)
@given(hostile, st.integers(0, 60), st.integers(0, 60), st.integers(1, 9))
def test_within_slacks_limits(text: str, incidents: int, actions: int, number: int) -> None:
    found = [
        numbered(n, text, service=text, roles={IC: ALICE},
                 status=Status.OPEN if n % 2 else Status.RESOLVED,
                 actions=tuple(item(seq, text=text) for seq in range(5, 5 + actions)))
        for n in range(1, incidents + 1)
    ]  # fmt: skip
    wanted = Wanted(
        everything=True, severities=(Severity.SEV1,), service=text[:LONGEST], text=text[:LONGEST]
    )
    view = home(ALICE, found, found, Page(found[:10], wanted, number, more=True), Policy())
    assert view_complaints(view) == check_view(view) == []
    form = filter_form(wanted)
    assert view_complaints(form) == check_view(form) == []


def test_every_button_has_a_listener() -> None:
    mine = [numbered(1, status=Status.RESOLVED, roles={IC: ALICE}, actions=(item(4),))]
    wanted = Wanted(everything=True, text="checkout")
    view = home(ALICE, mine, mine, Page(mine, wanted, 2, more=True), Policy())
    names = {action_id.partition(":")[0] for action_id in buttons(view)}
    assert names - set(BUTTONS) <= {"open_declare"}
    assert {"action_done", "approve_draft", "home_page", "home_find"} <= names


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield stage


async def test_a_stranger_sees_nothing_of_a_private_incident(stage) -> None:
    alice, bob = (stage.slack.add_user(name) for name in ("alice", "bob"))
    holder = Person(name="Alice", slack_id=alice.id)
    secret = numbered(
        2, "A leak", private=True, roles={IC: holder}, actions=(item(4, holder, text="Hush"),),
        times={"detected": DETECTED},
    )  # fmt: skip
    stage.shelf.everything = [secret, numbered(1)]
    for user in (alice, bob):
        args = {"slack_id": user.id, "shown": ""}
        await stage.perform(JobKind.PUBLISH_HOME, f"home/{user.id}/1", args)
    assert "A leak" in text_of(stage.slack.home(alice)) and "Hush" in text_of(
        stage.slack.home(alice)
    )
    said = text_of(stage.slack.home(bob))
    assert "Checkout fails" in said
    assert "leak" not in said and "INC-2" not in said and "Hush" not in said


async def test_pages_and_filters_are_those_that_were_asked_for(stage) -> None:
    alice = stage.slack.add_user("alice")
    stage.shelf.everything = [numbered(n, f"No {n}") for n in range(25, 0, -1)]
    args = {"slack_id": alice.id, "shown": '{"page": 3, "everything": true}'}
    await stage.perform(JobKind.PUBLISH_HOME, "home/1", args)
    view = stage.slack.home(alice)
    past = text_of(view["blocks"][-2])
    assert "No 5" in past and "No 6" not in past
    assert "home_page:next" not in buttons(view) and "home_page:previous" in buttons(view)
    args["shown"] = '{"page": 1, "everything": true, "text": "25"}'
    await stage.perform(JobKind.PUBLISH_HOME, "home/2", args)
    past = text_of(stage.slack.home(alice)["blocks"][-2])
    assert "No 25" in past and "No 24" not in past
    args["shown"] = "of an older version"
    await stage.perform(JobKind.PUBLISH_HOME, "home/3", args)
    assert "No 25" in text_of(stage.slack.home(alice))
