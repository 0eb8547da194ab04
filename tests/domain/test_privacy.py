"""Private incidents: what makes one, who comes into it, and who may know of it."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.decisions.alerts import UNKNOWN_ALERT
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import IncidentType, Policy, Role, Route
from incident_bot.domain.privacy import may_know, reads_private
from incident_bot.domain.words import IC, OPS, Severity, Standing
from tests.domain.world import ALICE, BOB, CHARLIE, World, alert, at, job

SECURITY = IncidentType(
    key="security",
    name="Security",
    private=True,
    severity=Severity.SEV2,
    invite=("@security", "carol@example.com"),
)
ON_CALL = (Role(key=IC, name="Incident Commander", short="IC", people=("U9",)),)
VAULT = Route(service="S1", private=True, invite=("@security",))


def kinds(world: World) -> set[JobKind]:
    return {job.kind for job in world.jobs}


def test_a_type_says_what_whoever_declares_does_not() -> None:
    world = World(Policy(types=(SECURITY,)))
    said = world.handle(c.Declare(actor=by(ALICE), title="Keys leaked", type="security")).reply
    assert world.incident.private
    assert (world.incident.type, world.incident.severity) == ("security", Severity.SEV2)
    assert said is not None and not said.public
    assert "only you and those who are invited see it" in str(said.sentence)
    declarer, named = (j.args for j in world.jobs if j.kind is JobKind.INVITE)
    assert declarer["slack_ids"] == ["U1"]
    assert named == {"named": ["@security", "carol@example.com"]}


def test_what_is_said_goes_before_the_type_but_never_makes_it_public() -> None:
    world = World(Policy(types=(SECURITY,)))
    declare = c.Declare(
        actor=by(ALICE), title="x", type="security", severity=Severity.SEV1, private=False
    )
    world.handle(declare)
    assert world.incident.private
    assert world.incident.severity is Severity.SEV1


def test_a_public_type_may_be_declared_privately() -> None:
    drill = IncidentType(key="drill", name="Drill")
    world = World(Policy(types=(drill,)))
    world.handle(c.Declare(actor=by(ALICE), title="x", type="drill", private=True))
    assert world.incident.private


@pytest.mark.parametrize("types", [(), (SECURITY,)])
def test_a_type_that_is_not_there_opens_nothing(types: tuple[IncidentType, ...]) -> None:
    """A slip in the type must not open a public room."""
    world = World(Policy(types=types))
    with pytest.raises(Refusal, match=r"There is no type secrity.*nothing was opened"):
        world.handle(c.Declare(actor=by(ALICE), title="Keys leaked", type="secrity"))
    assert not world.incident.exists


def test_nobody_is_called_who_need_not_know() -> None:
    """Who is configured for a role comes into public rooms by themselves, into private ones not."""
    public = World(Policy(roles=ON_CALL))
    public.handle(c.Declare(actor=by(ALICE), title="x"))
    assert {JobKind.ANNOUNCE, JobKind.FILL_ROLES} < kinds(public)
    private = World(Policy(roles=ON_CALL))
    private.handle(c.Declare(actor=by(ALICE), title="x", private=True))
    assert kinds(private) == kinds(public) - {JobKind.ANNOUNCE, JobKind.FILL_ROLES}


def test_a_private_route_opens_a_private_incident() -> None:
    world = World(Policy(routes=(VAULT,), roles=ON_CALL))
    world.handle(c.AlertTriggers(alert=alert()), at("14:23"))
    assert world.incident.private
    paged, named = (j.args for j in world.jobs if j.kind is JobKind.INVITE)
    assert [who["id"] for who in paged["pagerduty_ids"]] == ["P1"]
    assert named == {"named": ["@security"]}
    assert not kinds(world) & {JobKind.ANNOUNCE, JobKind.FILL_ROLES}


def test_alerts_of_private_and_public_routes_never_meet() -> None:
    """One service, two routes: `group` would bring their alerts into one room."""
    for group in ("service", "route"):
        public = Route(name="one", service="S1", group=group)
        private = public.model_copy(update={"private": True})
        assert public.group_of(alert()) != private.group_of(alert())
        assert private.group_of(alert("Q1")) == private.group_of(alert("Q2"))


def test_a_private_route_is_never_announced() -> None:
    world = World(Policy(routes=(VAULT.model_copy(update={"then": "notify"}),)))
    assert world.handle(c.AlertTriggers(alert=alert())).jobs == ()


def test_a_room_for_an_alert_of_a_private_route_is_private() -> None:
    world = World(Policy(routes=(VAULT,)))
    reply = world.handle(c.OpenForAlert(actor=by(BOB), alert=alert())).reply
    assert world.incident.private
    assert reply is not None and not reply.public


@pytest.mark.parametrize("alert_id", ["Q1", "Q2"])
def test_who_is_not_in_it_cannot_come_in_by_an_alert(alert_id: str) -> None:
    world = World(Policy(routes=(VAULT,)))
    world.handle(c.OpenForAlert(actor=by(ALICE), alert=alert()))
    with pytest.raises(Refusal) as refused:
        world.handle(c.OpenForAlert(actor=by(BOB), alert=alert(alert_id)))
    assert str(refused.value) == UNKNOWN_ALERT
    with pytest.raises(Refusal, match="INC-1 is already open for this alert"):
        world.handle(c.OpenForAlert(actor=by(ALICE), alert=alert()))


def test_no_change_of_a_private_incident_is_announced() -> None:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="x", private=True))
    world.handle(c.RecordRoom(actor=BOT, channel_id="G1", name="room"))
    world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1))
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))
    world.handle(c.Resolve(actor=by(ALICE), text="Keys rotated"))
    assert not [kind for kind in kinds(world) if "announce" in kind]
    assert JobKind.PAGERDUTY_NOTE not in kinds(world)


def test_what_is_resolved_in_pagerduty_carries_no_word_of_it() -> None:
    world = World(Policy(routes=(VAULT,)))
    world.handle(c.AlertTriggers(alert=alert()), at("14:23"))
    world.jobs.clear()
    world.handle(c.Resolve(actor=by(ALICE), text="Keys rotated"))
    assert job(world.jobs, JobKind.PAGERDUTY_RESOLVE).args["alert_id"] == "Q1"
    assert JobKind.PAGERDUTY_NOTE not in kinds(world)


PRIVATE = Incident(ref="INC-1", private=True, last_seq=1, opened_by=ALICE)


def test_who_may_know() -> None:
    assert may_know(PRIVATE.model_copy(update={"private": False}), CHARLIE)
    assert may_know(PRIVATE, ALICE)
    assert not may_know(PRIVATE, BOB)
    assert not may_know(PRIVATE, None)
    assert may_know(PRIVATE.model_copy(update={"invited": (BOB,)}), BOB)
    assert may_know(PRIVATE.model_copy(update={"roles": {OPS: BOB}}), BOB)
    namesake = Person(name=ALICE.name, handle=ALICE.handle, slack_id="U99")
    assert not may_know(PRIVATE, namesake)


def test_who_may_read_every_private_incident() -> None:
    policy = Policy(permissions={"private": ("U3", "@security")})
    assert reads_private(CHARLIE, {}, policy)
    assert reads_private(BOB, {"@security": Standing.MEMBER}, policy)
    for standing in set(Standing) - {Standing.MEMBER}:
        assert not reads_private(BOB, {"@security": standing}, policy)
    assert not reads_private(BOB, {}, policy)
    assert not reads_private(CHARLIE, {"@security": Standing.MEMBER}, Policy())
    assert not reads_private(None, {"@security": Standing.MEMBER}, policy)


@pytest.mark.parametrize("private", [True, False])
def test_who_opened_it_hears_in_private_that_there_is_no_room(private: bool) -> None:
    """Without a room nobody else would: and it waits for none."""
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="x", private=private))
    failed = c.RecordFailure(
        actor=BOT, job="INC-1/room", kind=JobKind.CREATE_ROOM, sentence="Slack says no."
    )
    (told,) = world.handle(failed).jobs
    assert (told.kind, told.after) == (JobKind.TELL_PERSON, ())
    assert (told.args["slack_id"], told.args["view"]) == ("U1", "no_room")
    assert world.incident.room_problem == "Slack says no."


def test_nobody_is_told_of_a_missing_room_that_nobody_asked_for() -> None:
    world = World()
    world.handle(c.AlertTriggers(alert=alert()), at("14:23"))
    failed = c.RecordFailure(
        actor=BOT, job="INC-1/room", kind=JobKind.CREATE_ROOM, sentence="Slack says no."
    )
    assert world.handle(failed).jobs == ()


def private_world() -> World:
    """Declared by Alice, with a room into which Bob was invited."""
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="x", private=True), at("14:00"))
    world.handle(c.RecordRoom(actor=BOT, channel_id="G1", name="room"), at("14:01"))
    world.handle(c.RecordInvitation(actor=BOT, people=(BOB,)), at("14:02"))
    return world


def moves(world: World, person: Person, *, here: bool, clock: str) -> None:
    said = c.RecordMembership(actor=by(person), person=person, here=here, at=at(clock))
    world.handle(said, at("15:00"))


def test_who_comes_by_another_hand_belongs_to_it() -> None:
    world = private_world()
    moves(world, CHARLIE, here=True, clock="14:10")
    assert may_know(world.incident, CHARLIE)
    moves(world, BOB, here=True, clock="14:10")  # invited by the bot: Slack tells so too
    assert world.kinds().count("membership_changed") == 1


def test_who_leaves_knows_it_no_longer_whatever_they_did_there() -> None:
    world = private_world()
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))
    for person in (ALICE, BOB):
        moves(world, person, here=False, clock="14:20")
        moves(world, person, here=False, clock="14:20")
        assert not may_know(world.incident, person)
    assert world.kinds().count("membership_changed") == 2


def test_who_comes_back_belongs_to_it_again() -> None:
    world = private_world()
    moves(world, BOB, here=False, clock="14:20")
    moves(world, BOB, here=True, clock="14:30")
    assert may_know(world.incident, BOB)
    moves(world, BOB, here=False, clock="14:40")
    world.handle(c.RecordInvitation(actor=BOT, people=(BOB,)))
    assert may_know(world.incident, BOB)


def test_news_that_come_late_bring_nobody_back() -> None:
    """Slack sends an event again for minutes: that somebody came is older than that they left."""
    world = private_world()
    moves(world, CHARLIE, here=False, clock="14:20")
    moves(world, CHARLIE, here=True, clock="14:10")
    assert not may_know(world.incident, CHARLIE)


def test_who_is_given_a_role_after_leaving_is_invited_again() -> None:
    world = private_world()
    moves(world, BOB, here=False, clock="14:20")
    world.jobs.clear()
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))
    assert job(world.jobs, JobKind.INVITE).args["slack_ids"] == ["U2"]
    assert not may_know(world.incident, BOB)


def test_in_a_public_room_people_come_and_go_as_they_like() -> None:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="x"))
    moves(world, ALICE, here=False, clock="14:20")
    assert world.kinds() == ["opened"]
