"""While a form is open, others go on: nothing that they said is replaced unseen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.policy import IncidentType, Policy
from incident_bot.domain.words import Severity
from tests.slack.forms_bot import REF, FormsBot, a_forms_bot

DATA = IncidentType(key="data", name="Data")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[FormsBot]:
    async with a_forms_bot(tmp_path, Policy(types=(DATA,))) as running:
        yield running


async def last(bot: FormsBot) -> e.Entry:
    return (await bot.store.journal(REF))[-1]


async def test_a_line_that_was_put_right_meanwhile_is_not_overwritten(bot: FormsBot) -> None:
    await bot.types(bot.alice, "log Rolled back to 4.1")
    number = (await last(bot)).seq
    await bot.opens(bot.bob, f"edit {number}")
    await bot.types(bot.alice, f"edit {number} Rolled back to 4.2")
    said = await bot.submits(bot.bob, {"text": "Rolled back to 4.1 by CI"})
    assert "meanwhile" in said["text"] and "Rolled back to 4.2" in said["text"]
    assert bot.is_open(bot.bob)  # with what he typed
    assert getattr((await last(bot)).body, "headline", "") == "Rolled back to 4.2"


async def test_of_two_who_answer_one_question_the_second_learns_of_the_first(
    bot: FormsBot,
) -> None:
    await bot.types(bot.alice, "resolve done")
    for who in (bot.alice, bot.bob):
        await bot.presses(who, "answer_question", f"{REF} root-cause")
    assert await bot.submits(bot.alice, {"answer": "The pool was exhausted"}) == {}
    said = await bot.submits(bot.bob, {"answer": "DNS"})
    assert "meanwhile" in said["answer"] and "/incident why root" in said["answer"]
    stated = [body.text for body in await bot.bodies() if isinstance(body, e.WhyStated)]
    assert stated == ["The pool was exhausted"]


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("why root The pool was exhausted", "root", "DNS"),
        ("impact start -30m", "started", "-10m"),
    ],
)
async def test_what_was_said_while_somebody_resolves_stays(
    bot: FormsBot, typed: str, field: str, value: str
) -> None:
    await bot.presses(bot.bob, "open_resolve", REF)
    await bot.types(bot.alice, typed)
    before = await last(bot)
    said = await bot.submits(bot.bob, {field: value, "done": "Rolled back"})
    assert list(said) == [field] and "meanwhile" in said[field]
    assert await last(bot) == before  # nor is it half resolved
    assert await bot.submits(bot.bob, {field: "", "done": "Rolled back"}) == {}


async def test_the_severity_chosen_stays_when_a_type_without_its_own_is_chosen(
    bot: FormsBot,
) -> None:
    form = await bot.opens(bot.bob, "declare", bot.general)
    bot.slack.fill(form, {"title": "Rows are missing", "severity:-": "Sev1"})
    await bot.slack.click_in_view(bot.bob, form, "declare_type", "data")
    assert await bot.submits(bot.bob, {}) == {}
    assert (await bot.incident("INC-2")).severity is Severity.SEV1


async def test_several_figures_are_recorded_whole_or_not_at_all(bot: FormsBot) -> None:
    await bot.types(bot.alice, "resolve done")
    await bot.presses(bot.alice, "answer_question", f"{REF} impact")
    said = await bot.submits(bot.alice, {"answer": "user A: 1\nno figure at all"})
    assert list(said) == ["answer"]
    assert not [body for body in await bot.bodies() if isinstance(body, e.ImpactStated)]
    assert await bot.submits(bot.alice, {"answer": "user A: 9\nuser B: 2"}) == {}
    figures = [body.value for body in await bot.bodies() if isinstance(body, e.ImpactStated)]
    assert figures == ["9", "2"]


@pytest.mark.parametrize("text", ["Rolled back – errors falling", "Errors are falling — at last"])
async def test_a_dash_is_no_flag(bot: FormsBot, text: str) -> None:
    await bot.types(bot.bob, text)
    buttons = [b.get("value") for b in actions(bot)]
    assert f"log {text}" in buttons


async def test_a_command_in_a_sentence_declares_nothing(bot: FormsBot) -> None:
    said = await bot.types(bot.bob, "hand over to @bob", bot.general)
    assert "no verb of" in said and await bot.store.incident("INC-2") is None
    await bot.types(bot.bob, "App crashes on login", bot.general)
    assert await bot.store.incident("INC-2") is not None


def actions(bot: FormsBot) -> list[dict[str, str]]:
    shown = bot.slack.ephemerals[-1]
    return [el for b in shown.blocks if b["type"] == "actions" for el in b["elements"]]
