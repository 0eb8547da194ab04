"""Whatever is typed behind any verb: an answer that Slack shows, and nothing of it alive."""

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from incident_bot.slack.listeners import NAMES, VERBS
from incident_bot.standin import Answer
from tests.fuzz.conftest import OWN_HOSTS, Den
from tests.fuzz.hostile import PIECES, TOKEN, alive_in_message, texts

EXAMPLES = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def typed(draw: st.DrawFn) -> str:
    """A verb with hostile words behind it, in place of a word of its example, or on further lines;
    the verbs are those that there are, so that a new one is tried by itself."""
    verb = VERBS[draw(st.sampled_from(sorted(VERBS)))]
    hostile = draw(texts())
    form = draw(st.sampled_from([verb.example, *verb.usage]))
    words = form.split()
    match draw(st.integers(0, 4)):
        case 0:
            also = [word for word, meant in NAMES.items() if meant == verb.name]
            said = f"{draw(st.sampled_from(also))} {hostile}"
        case 1:
            said = f"{form} {hostile}"
        case 2:
            said = f"{form}\n{hostile}"
        case 3:
            place = draw(st.integers(min(1, len(words) - 1), len(words) - 1))
            said = " ".join([*words[:place], hostile, *words[place + 1 :]])
        case _:
            said = hostile  # no verb at all
    return f"INC-1 {said}" if draw(st.booleans()) else said


@pytest.fixture(scope="module")
def room(den: Den) -> Den:
    """An incident with a room."""
    den.run(_declared(den))
    return den


async def _declared(den: Den) -> None:
    world = den.world
    await world.slack.command(world.alice, "declare Checkout fails", world.incidents)
    await world.bot.idle()


@EXAMPLES
@given(text=typed(), in_room=st.booleans(), escaped=st.booleans())
@example(text=f"log {TOKEN} ```", in_room=True, escaped=True)
def test_every_verb_takes_anything(room: Den, text: str, in_room: bool, escaped: bool) -> None:
    room.run(_typed(room, text, in_room, escaped))
    room.check()


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(EXAMPLES, max_examples=2000)
@given(text=typed(), in_room=st.booleans(), escaped=st.booleans())
def test_every_verb_takes_very_much(room: Den, text: str, in_room: bool, escaped: bool) -> None:
    room.run(_typed(room, text, in_room, escaped))
    room.check()


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_takes_each_piece(room: Den, verb: str) -> None:
    everything = " ".join(piece for piece in PIECES if "\n" not in piece)
    for text in (f"{verb} {everything}", f"{verb} {TOKEN}" + "".join(PIECES)):
        room.run(_typed(room, text[:3_500], True, False))
    room.check()


async def _typed(den: Den, text: str, in_room: bool, escaped: bool) -> None:
    """Somebody types it: Slack's escaping is on, or what was typed comes as it is."""
    slack, world = den.world.slack, den.world
    incident = await world.bot.store.incident("INC-1")
    if incident is not None and incident.is_over:  # or most of what follows is refused
        await slack.command(world.alice, "INC-1 reopen", world.incidents)
    channel = world.rooms[0] if in_room else world.incidents
    slack.should_escape = escaped
    answer = await slack.command(world.alice, text, channel)
    slack.should_escape = True
    shown(den, answer)
    if answer.ts is not None:
        for button in buttons(answer):
            try:
                pressed = await slack.click(world.bob, channel, answer.ts, button)
            except LookupError:
                break  # the answer to the one before took the place of them all
            assert (pressed.status, pressed.problem) == (200, None), pressed
    for said in slack.responses:
        assert alive_in_message(slack, said, OWN_HOSTS) == [], said
    slack.responses.clear()
    await den.settled()


def shown(den: Den, answer: Answer) -> None:
    """Slack shows it, and nothing in it is alive."""
    assert (answer.status, answer.problem) == (200, None), answer
    body = answer.body if isinstance(answer.body, dict) else {"text": answer.body}
    assert alive_in_message(den.world.slack, body, OWN_HOSTS) == [], body


def buttons(answer: Answer) -> list[str]:
    """The actions under an answer."""
    return [
        str(element["action_id"])
        for block in answer.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
