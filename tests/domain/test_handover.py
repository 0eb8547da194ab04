"""Handing a role over: asked, accepted, declined, replaced, withdrawn, outdated; and who is told
in private."""

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewJob, Refusal, plain
from incident_bot.domain.fold import fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import DEFAULT_ROLES, Policy, Role
from incident_bot.domain.words import COMMS, IC, OPS
from tests.domain.world import ALICE, BOB, CHARLIE, World, alerted, job


def led(world: World | None = None) -> World:
    """Alice is Incident Commander."""
    world = world or alerted()
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
    return world


def asked(world: World, to: Person = BOB, role: str | None = None) -> int:
    """Alice asks; the number of the offer."""
    world.handle(c.OfferRole(actor=by(ALICE), to=to, role=role))
    return world.incident.last_seq


def accept(world: World, person: Person, offer: int, role: str = IC) -> Decision:
    return world.handle(c.AcceptOffer(actor=by(person), role=role, offer=offer))


def refusal(world: World, command: c.Command) -> str:
    with pytest.raises(Refusal) as caught:
        world.handle(command)
    return str(caught.value)


def private(decision: Decision, kind: JobKind = JobKind.TELL_PERSON) -> list[NewJob]:
    return [j for j in decision.jobs if j.kind is kind]


def test_the_holder_holds_until_the_other_accepts() -> None:
    world = led()
    decision = world.handle(c.OfferRole(actor=by(ALICE), to=BOB))
    assert world.incident.ic == ALICE
    told = job(decision.jobs, JobKind.TELL_PERSON)
    assert told.args["slack_id"] == "U2" and told.args["view"] == "handover"
    assert not told.urgent and told.after == ("INC-1/room",)
    assert job(decision.jobs, JobKind.INVITE).args["slack_ids"] == ["U2"]
    assert decision.reply is not None and decision.reply.public
    assert plain(decision.reply.sentence) == (
        "@bob is being asked in a direct message to take over as Incident Commander. "
        "Until then @alice stays Incident Commander."
    )
    decision = accept(world, BOB, world.incident.last_seq)
    assert world.incident.ic == BOB and world.incident.offers == {}
    body = world.journal[-1].body
    assert isinstance(body, e.RoleAssigned) and body.handed_over_by == ALICE
    said = job(decision.jobs, JobKind.SAY).args["sentence"]
    assert [part for part in said if isinstance(part, str)] == [
        " is now Incident Commander (handed over by ", ").",
    ]  # fmt: skip


def test_an_accepted_handover_is_one_private_message_shown_again() -> None:
    world = led()
    offer = asked(world)
    decision = accept(world, BOB, offer)
    assert private(decision) == []
    shown = job(decision.jobs, JobKind.UPDATE_TOLD)
    assert shown.args["told"] == f"INC-1/handover/{offer}" and shown.after == (shown.args["told"],)
    assert shown.args["slack_id"] == "U2"


def test_who_is_asked_may_decline_and_nothing_changes() -> None:
    world = led()
    offer = asked(world)
    decision = world.handle(c.DeclineOffer(actor=by(BOB), role=IC, offer=offer))
    assert world.incident.ic == ALICE and world.incident.offers == {}
    assert job(decision.jobs, JobKind.SAY) and job(decision.jobs, JobKind.UPDATE_TOLD)
    assert "not open any more. @alice is Incident Commander" in refusal(
        world, c.AcceptOffer(actor=by(BOB), role=IC, offer=offer)
    )


def test_only_who_was_asked_may_answer() -> None:
    world = led()
    offer = asked(world)
    for command in (c.AcceptOffer, c.DeclineOffer):
        said = refusal(world, command(actor=by(CHARLIE), role=IC, offer=offer))
        assert said == "Only @bob was asked, and only they can answer."
    imposter = Person(name="Bob Johnson", handle="bob", slack_id="U66")
    refusal(world, c.AcceptOffer(actor=by(imposter), role=IC, offer=offer))
    assert world.incident.ic == ALICE


def test_a_new_offer_takes_the_place_of_the_old_one() -> None:
    world = led()
    first = asked(world)
    decision = world.handle(c.OfferRole(actor=by(ALICE), to=CHARLIE))
    assert decision.reply is not None and "@bob is not asked any more" in str(
        plain(decision.reply.sentence)
    )
    assert job(decision.jobs, JobKind.UPDATE_TOLD).args["told"] == f"INC-1/handover/{first}"
    assert "not open any more" in refusal(world, c.AcceptOffer(actor=by(BOB), role=IC, offer=first))
    accept(world, CHARLIE, world.incident.last_seq)
    assert world.incident.ic == CHARLIE


def test_who_is_asked_twice_answers_the_newer_message() -> None:
    world = led()
    first, second = asked(world), asked(world)
    assert "answer the newer message" in refusal(
        world, c.AcceptOffer(actor=by(BOB), role=IC, offer=first)
    )
    accept(world, BOB, second)
    assert world.incident.ic == BOB
    assert "You are Incident Commander of INC-1 already" in refusal(
        world, c.AcceptOffer(actor=by(BOB), role=IC, offer=second)
    )


def test_an_offer_ends_when_the_role_changes_hands() -> None:
    world = led()
    offer = asked(world)
    decision = world.handle(c.AssignRole(actor=by(CHARLIE), role=IC, holder=CHARLIE))
    assert job(decision.jobs, JobKind.UPDATE_TOLD)
    assert decision.reply is not None
    assert plain(decision.reply.sentence).endswith("@bob is not asked any more to take over.")
    said = refusal(world, c.AcceptOffer(actor=by(BOB), role=IC, offer=offer))
    assert "@charlie is Incident Commander" in said and "`/incident INC-1 role ic me`" in said


@pytest.mark.parametrize("end", [c.Resolve, c.Cancel])
def test_an_offer_ends_with_the_incident(end: type[c.Resolve | c.Cancel]) -> None:
    world = led()
    offer = asked(world)
    decision = world.handle(end(actor=by(ALICE)))
    assert job(decision.jobs, JobKind.UPDATE_TOLD)
    assert "nothing to take over" in refusal(
        world, c.AcceptOffer(actor=by(BOB), role=IC, offer=offer)
    )
    assert "nothing to hand over" in refusal(world, c.OfferRole(actor=by(ALICE), to=BOB))
    world.handle(c.Reopen(actor=by(ALICE)))
    assert "not open any more" in refusal(world, c.AcceptOffer(actor=by(BOB), role=IC, offer=offer))


def test_an_offer_can_be_withdrawn() -> None:
    world = led()
    assert "Nobody is asked" in refusal(world, c.WithdrawOffer(actor=by(ALICE)))
    offer = asked(world)
    decision = world.handle(c.WithdrawOffer(actor=by(ALICE)))
    assert job(decision.jobs, JobKind.UPDATE_TOLD) and world.incident.offers == {}
    assert "not open any more" in refusal(world, c.AcceptOffer(actor=by(BOB), role=IC, offer=offer))
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=ALICE))
    asked(world, role=IC)
    asked(world, role=OPS)
    assert "Name the role" in refusal(world, c.WithdrawOffer(actor=by(ALICE)))
    world.handle(c.WithdrawOffer(actor=by(ALICE), role=OPS))
    assert list(world.incident.offers) == [IC]


def test_the_role_meant_is_the_one_that_the_asker_has() -> None:
    world = alerted()
    said = refusal(world, c.OfferRole(actor=by(ALICE), to=BOB))
    assert "no role in INC-1" in said and "`/incident handover @bob ic`" in said
    world.handle(c.AssignRole(actor=by(ALICE), role=COMMS, holder=ALICE))
    asked(world)
    assert list(world.incident.offers) == [COMMS]
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=ALICE))
    said = refusal(world, c.OfferRole(actor=by(ALICE), to=BOB))
    assert "Operations lead and Communications lead" in said and "handover @bob ops" in said
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
    decision = world.handle(c.OfferRole(actor=by(ALICE), to=BOB))
    assert IC in world.incident.offers
    assert decision.reply is not None
    assert "`/incident handover @bob ops` hands that over too" in plain(decision.reply.sentence)


def test_what_makes_no_sense_is_refused_with_the_way_forward() -> None:
    world = led()
    assert "Nobody is Operations lead" in refusal(
        world, c.OfferRole(actor=by(ALICE), to=BOB, role=OPS)
    )
    assert "@alice already is" in refusal(world, c.OfferRole(actor=by(BOB), to=ALICE, role=IC))
    assert "`/incident role ic me`" in refusal(world, c.OfferRole(actor=by(BOB), to=BOB, role=IC))
    nobody = Person(name="Dora", pagerduty_id="P7")
    assert "I cannot ask" in refusal(world, c.OfferRole(actor=by(ALICE), to=nobody))
    assert "no role `chef`" in refusal(world, c.OfferRole(actor=by(ALICE), to=BOB, role="chef"))


def test_the_state_is_a_fold_of_it_all() -> None:
    world = led()
    asked(world)
    assert fold("INC-1", world.journal) == world.incident
    assert Incident.model_validate(world.incident.model_dump(mode="json")) == world.incident
    accept(world, BOB, world.incident.last_seq)
    assert fold("INC-1", world.journal) == world.incident


# What a role does, told in private


def test_who_gets_a_role_is_told_once_what_it_does() -> None:
    world = alerted()
    decision = world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))
    (told,) = private(decision)
    assert told.args["slack_id"] == "U2" and told.args["role"] == OPS and not told.urgent
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=CHARLIE))
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))) == []
    assert len(private(world.handle(c.AssignRole(actor=by(ALICE), role=COMMS, holder=BOB)))) == 1


def test_who_handed_a_role_over_or_took_it_over_is_not_told_again() -> None:
    world = led()
    accept(world, BOB, asked(world))
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))) == []
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=BOB))) == []


def test_the_acknowledger_and_who_is_configured_are_told_too() -> None:
    world = alerted()
    decision = world.handle(c.AlertAcknowledges(actor=by(ALICE), alert_id="Q1"))
    (told,) = private(decision)
    assert told.args["role"] == IC and told.key.endswith(f"/{world.incident.last_seq}")
    claim = c.AssignRole(actor=BOT, role=OPS, holder=BOB, only_if_free=True)
    assert len(private(world.handle(claim))) == 1


def test_nothing_is_told_of_a_role_without_duties_nor_when_all_is_over() -> None:
    scribe = Role(key="scribe", name="Scribe", short="Scribe")
    world = World(Policy(roles=(*DEFAULT_ROLES, scribe)))
    world.handle(c.Declare(actor=by(ALICE), title="x"))
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role="scribe", holder=BOB))) == []
    nobody = Person(name="Night shift")
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=nobody))) == []
    world.handle(c.Resolve(actor=by(ALICE)))
    assert private(world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=BOB))) == []
