"""Who may do what, and what those hear who may not."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.messages import MessageSeen
from incident_bot.domain.people import BOT, PAGERDUTY, Person, by
from incident_bot.domain.permissions import EVERYONE, RESTRICTABLE, VERBS, groups_of, may
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import (
    IC,
    OPS,
    ImpactArea,
    Milestone,
    NoteKind,
    Question,
    Severity,
    Standing,
    Status,
)
from tests.domain.world import ALICE, BOB, CHARLIE, World, alert, alerted, at


def allow(**permissions: str) -> Policy:
    """`resolve="ic U7"` as in the configuration."""
    return Policy(permissions={verb: tuple(who.split()) for verb, who in permissions.items()})


def world(policy: Policy, **roles: Person) -> World:
    made = alerted()
    made.policy = policy
    made.incident = made.incident.model_copy(update={"roles": dict(roles)})
    return made


def refusal(made: World, command: c.Command) -> str:
    with pytest.raises(Refusal) as caught:
        made.handle(command)
    return str(caught.value)


WANTED: Mapping[type[c.Command], dict[str, Any]] = {
    c.Declare: {"title": "x"},
    c.OpenForAlert: {"alert": alert()},
    c.LogEntry: {"headline": "x"},
    c.AddMessage: {
        "channel_id": "C1",
        "ts": "1.1",
        "seen": MessageSeen(headline="x", at=at("14:25"), author=BOB),
    },
    c.Edit: {"number": 1, "headline": "x"},
    c.Retract: {"number": 1},
    c.Redact: {"number": 1},
    c.AssignRole: {"role": OPS, "holder": CHARLIE},
    c.OfferRole: {"role": IC, "to": CHARLIE},
    c.WithdrawOffer: {"role": IC},
    c.ChangeSeverity: {"severity": Severity.SEV1},
    c.ChangeStatus: {"status": Status.MITIGATED},
    c.PostUpdate: {"text": "x"},
    c.AddAction: {"text": "x", "due": date(2025, 11, 1)},
    c.SetMilestone: {"milestone": Milestone.IMPACT_STARTED, "at": at("14:20")},
    c.StateImpact: {"area": ImpactArea.USER, "name": "x", "value": "1"},
    c.StateMetric: {"name": "x", "peak": "1"},
    c.AddNote: {"note": NoteKind.WELL, "headline": "x"},
    c.StateWhy: {"part": "why", "text": "x"},
    c.CloseAction: {"number": 3},
    c.SkipQuestion: {"question": Question.LUCKY},
    c.Approve: {"title": "CTO"},
    c.Resolve: {},
    c.Reopen: {},
    c.Cancel: {},
    c.Undo: {},
}


def test_every_command_that_can_be_restricted_is_tried_here() -> None:
    assert set(WANTED) == set(RESTRICTABLE)
    assert set(RESTRICTABLE) < set(get_args(c.Command))


@pytest.mark.parametrize("kind", WANTED, ids=lambda kind: kind.__name__)
def test_each_verb_obeys_its_permission(kind: type[c.Command]) -> None:
    verb = RESTRICTABLE[kind]
    made = world(allow(**{verb: "U1"}))
    command = kind.model_validate({"actor": by(BOB), **WANTED[kind]})
    said = refusal(made, command)
    assert f"`permissions.{verb}`" in said
    assert made.kinds() == ["opened", "alert_triggered"]
    allowed = kind.model_validate({"actor": by(ALICE), **WANTED[kind]})
    may(made.incident, allowed, made.policy)


def test_who_holds_the_role_may_and_the_others_hear_who_it_is() -> None:
    made = world(allow(resolve="ic"), ic=ALICE)
    assert refusal(made, c.Resolve(actor=by(BOB))) == (
        "Only the Incident Commander may resolve INC-1 here (`permissions.resolve`). "
        "Ask @alice, or take the role: `/incident role ic me`."
    )
    made.handle(c.Resolve(actor=by(ALICE)))
    assert made.incident.status is Status.RESOLVED


def test_while_nobody_holds_the_role_everyone_may() -> None:
    made = world(allow(resolve="ic ops"), comms=ALICE)
    made.handle(c.Resolve(actor=by(BOB)))
    assert made.incident.status is Status.RESOLVED


def test_the_way_forward_is_one_that_they_have() -> None:
    made = world(allow(resolve="ic", role="ic"), ic=ALICE)
    assert refusal(made, c.Resolve(actor=by(BOB))).endswith("Ask @alice.")
    made = world(allow(resolve="ic U9"))
    assert refusal(made, c.Resolve(actor=by(BOB))) == (
        "Only the Incident Commander and U9 may resolve INC-1 here (`permissions.resolve`). "
        "Ask U9, or take the role: `/incident role ic me`."
    )


NOT_AN_ENTRY_OF_ITS_OWN = {c.Declare, c.OpenForAlert, c.Undo, c.Edit, c.Retract, c.Redact}


@pytest.mark.parametrize(
    "kind", [k for k in WANTED if k not in NOT_AN_ENTRY_OF_ITS_OWN], ids=lambda k: k.__name__
)
def test_what_one_may_not_write_one_may_not_correct(kind: type[c.Command]) -> None:
    """`edit` and `edit --retract` are no way around another verb; a password still has to go."""
    verb = RESTRICTABLE[kind]
    made = world(allow(**{verb: "U1"}))
    if kind in (c.Reopen, c.Approve):
        made.handle(c.Resolve(actor=by(ALICE)))
    if kind in (c.OfferRole, c.WithdrawOffer):
        made.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
        made.handle(c.OfferRole(actor=by(ALICE), to=BOB))
    if kind is c.CloseAction:
        made.handle(c.AddAction(actor=by(ALICE), text="y"))
    made.handle(kind.model_validate({"actor": by(ALICE), **WANTED[kind]}))
    number = made.incident.last_seq
    edit = c.Edit(actor=by(BOB), number=number, at=at("14:21"))
    for said in (refusal(made, edit), refusal(made, c.Retract(actor=by(BOB), number=number))):
        assert said.startswith(f"To correct #{number} takes the permission to write it. Only U1 ")
        assert f"`permissions.{verb}`" in said
    if "x" in made.journal[-1].body.model_dump().values():
        made.handle(c.Redact(actor=by(BOB), number=number))


def test_the_time_of_detection_is_stated_as_impact_is() -> None:
    """`edit 1 14:00` moves it just as `impact detected 14:00` does; the title is nobody's."""
    made = world(allow(impact="U1"))
    said = refusal(made, c.Edit(actor=by(BOB), number=1, at=at("13:00")))
    assert said.startswith("The time of #1 says when it was detected. Only U1 may state the impact")
    made.handle(c.Edit(actor=by(BOB), number=1, headline="Checkout is slow"))
    made.handle(c.Edit(actor=by(ALICE), number=1, at=at("13:00")))
    assert made.incident.detected == at("13:00")


def test_a_role_that_nobody_holds_is_anybodys_to_take() -> None:
    made = world(allow(resolve="ic ops", role="U9"), ic=ALICE)
    assert refusal(made, c.Resolve(actor=by(BOB))).endswith(
        "Ask @alice, or take the role: `/incident role ops me`."
    )
    assert "`permissions.role`" in refusal(made, c.AssignRole(actor=by(BOB), role=IC, holder=BOB))
    give = c.AssignRole(actor=by(BOB), role=OPS, holder=CHARLIE)
    assert "`permissions.role`" in refusal(made, give)
    made.handle(c.AssignRole(actor=by(BOB), role=OPS, holder=BOB))
    made.handle(c.Resolve(actor=by(BOB)))
    assert made.incident.status is Status.RESOLVED


def test_two_roles_of_one_person_are_one_to_ask() -> None:
    made = world(allow(cancel="ic ops"), ic=ALICE, ops=ALICE)
    said = refusal(made, c.Cancel(actor=by(BOB)))
    assert "the Incident Commander and the Operations lead may cancel INC-1" in said
    assert said.count("@alice") == 1


def test_of_many_people_a_few_are_named() -> None:
    made = world(allow(declare=" ".join(f"U{n}" for n in range(10, 40))))
    said = refusal(made, c.Declare(actor=by(BOB), title="x"))
    assert said == (
        "Only U10, U11, U12, U13 and 26 others may open an incident here "
        "(`permissions.declare`). Ask U10, U11, U12, U13 or 26 others."
    )


def test_declaring_knows_no_roles() -> None:
    made = World(allow(declare="ic"))
    made.handle(c.Declare(actor=by(BOB), title="x"))
    assert made.incident.exists


def test_a_room_for_an_announced_alert_is_a_declaration() -> None:
    made = World(allow(declare="U1"))
    assert "open an incident" in refusal(made, c.OpenForAlert(actor=by(BOB), alert=alert()))


@pytest.mark.parametrize(
    "command",
    [
        c.AlertTriggers(actor=by(BOB), alert=alert("Q2")),
        c.AlertAcknowledges(actor=by(BOB), alert_id="Q1"),
        c.AlertResolves(actor=by(BOB), alert_id="Q1"),
        c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="x"),
        c.AlertHappens(actor=PAGERDUTY, alert_id="Q1", event_type="incident.escalated"),
        c.AssignRole(actor=BOT, role=OPS, holder=BOB, only_if_free=True),
        c.KeepOpen(actor=by(BOB)),
        c.Export(actor=by(BOB)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_pagerduty_tells_and_the_bot_does_is_never_refused(command: c.Command) -> None:
    made = world(allow(**dict.fromkeys(VERBS, "U1")), ic=ALICE)
    made.handle(command)


def test_the_same_name_is_not_the_same_person() -> None:
    made = world(allow(resolve="ic"), ic=Person(name="Alice Smith", pagerduty_id="P9"))
    imposter = Person(name="Alice Smith", slack_id="U66")
    refusal(made, c.Resolve(actor=by(imposter)))
    known = Person(name="A.", slack_id="U1", pagerduty_id="P9")
    made.handle(c.Resolve(actor=by(known)))


_people = st.sampled_from([ALICE, BOB, CHARLIE])
_named = st.lists(
    st.sampled_from([EVERYONE, IC, OPS, "comms", "U1", "U2", "U3"]), max_size=4, unique=True
)


@given(_named, st.dictionaries(st.sampled_from([IC, OPS, "comms"]), _people), _people)
def test_somebody_always_may(named: list[str], roles: dict[str, Person], person: Person) -> None:
    """The rule, said another way; and whatever is configured, one of those asked for may."""
    incident = Incident(ref="INC-1", last_seq=1, roles=roles)
    policy = Policy(permissions={"resolve": tuple(named)})
    ids = [name for name in named if name.startswith("U")]
    holders = [roles[name] for name in named if name in roles]
    expected = EVERYONE in named or not (ids or holders) or person.slack_id in ids
    expected = expected or person in holders
    try:
        may(incident, c.Resolve(actor=by(person)), policy)
        allowed = True
    except Refusal as refused:
        allowed = False
        asked = [part for part in refused.sentence if isinstance(part, Person)]
        assert asked
        helpers = [Person(name="x", slack_id=who.slack_id) for who in asked]
        for helper in helpers:
            may(incident, c.Resolve(actor=by(helper)), policy)
    assert allowed is expected


def as_seen(command: c.Command, **standings: Standing) -> c.Command:
    """The command of somebody who stands so to `@sre` and the like."""
    return command.model_copy(update={"groups": {f"@{k}": v for k, v in standings.items()}})


@pytest.mark.parametrize("kind", WANTED, ids=lambda kind: kind.__name__)
def test_each_verb_may_be_left_to_a_group(kind: type[c.Command]) -> None:
    made = world(allow(**{RESTRICTABLE[kind]: "@sre"}))
    command = kind.model_validate({"actor": by(BOB), **WANTED[kind]})
    said = refusal(made, as_seen(command, sre=Standing.OUTSIDER))
    assert said.startswith("Only @sre may ") and said.endswith("Ask somebody in @sre.")
    may(made.incident, as_seen(command, sre=Standing.MEMBER), made.policy)


def test_a_refusal_names_the_group_beside_the_others_whom_to_ask() -> None:
    made = world(allow(resolve="ic @sre S012AB3CD U9"), ic=ALICE)
    command = as_seen(c.Resolve(actor=by(BOB)), sre=Standing.OUTSIDER)
    command = command.model_copy(
        update={"groups": {**command.groups, "S012AB3CD": Standing.OUTSIDER}}
    )
    assert refusal(made, command) == (
        "Only the Incident Commander, @sre, the user group S012AB3CD and U9 may resolve INC-1 here "
        "(`permissions.resolve`). Ask @alice, U9, somebody in @sre or somebody in the user group "
        "S012AB3CD, or take the role: `/incident role ic me`."
    )


def test_as_long_as_nothing_is_known_of_a_group_it_lets_nobody_through() -> None:
    made = world(allow(resolve="@sre"))
    for command in (
        c.Resolve(actor=by(BOB)),
        as_seen(c.Resolve(actor=by(BOB)), sre=Standing.UNKNOWN),
    ):
        assert refusal(made, command) == (
            "Slack does not tell just now who is in @sre, so nothing was done. If you are, try "
            "again in a minute. Only @sre may resolve INC-1 here (`permissions.resolve`). "
            "Ask somebody in @sre."
        )


def test_a_group_that_nobody_is_in_locks_nobody_out() -> None:
    made = world(allow(resolve="ic @sre"))
    empty = as_seen(c.Resolve(actor=by(BOB)), sre=Standing.EMPTY)
    may(made.incident, empty, made.policy)
    led = world(allow(resolve="ic @sre"), ic=ALICE)
    assert "Ask @alice" in refusal(led, empty)
    led.handle(as_seen(c.Resolve(actor=by(ALICE)), sre=Standing.EMPTY))


def test_a_member_of_a_group_may_correct_what_the_group_writes() -> None:
    made = world(allow(log="@sre"))
    member = {"sre": Standing.MEMBER}
    made.handle(as_seen(c.LogEntry(actor=by(ALICE), headline="x"), **member))
    number = made.incident.last_seq
    edit = c.Edit(actor=by(BOB), number=number, headline="y")
    assert "To correct" in refusal(made, as_seen(edit, sre=Standing.OUTSIDER))
    made.handle(as_seen(edit, **member))
    made.handle(as_seen(c.Retract(actor=by(BOB), number=number), **member))


def test_the_groups_that_are_asked_for() -> None:
    policy = allow(resolve="ic @sre U1", redact="S012AB3CD @sre", private="@security")
    assert groups_of(policy) == ("@sre", "S012AB3CD", "@security")
    assert groups_of(Policy()) == ()
