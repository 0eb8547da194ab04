"""What a modal keeps of what was entered, and that nothing is sent before it is submitted."""

from incident_bot.standin.slack.interactions import filled
from incident_bot.standin.slack.views import keep, replace
from incident_bot.standin.slack.workspace import Workspace


def field(name: str) -> dict[str, object]:
    label = {"type": "plain_text", "text": name}
    element = {"type": "plain_text_input", "action_id": name}
    return {"type": "input", "block_id": name, "label": label, "element": element}


def modal(*names: str) -> dict[str, object]:
    title = {"type": "plain_text", "text": "x"}
    blocks = [field(name) for name in names]
    return {"type": "modal", "title": title, "submit": title, "blocks": blocks}


def test_an_update_keeps_what_was_entered_where_the_ids_stay() -> None:
    desk = Workspace()
    view = keep(desk, modal("a", "b"), "U1")
    view["state"]["values"] = filled(view, {"a": "one", "b": "two"})
    replace(desk, view, modal("a", "c"))
    assert {block: entry[block]["value"] for block, entry in view["state"]["values"].items()} == {
        "a": "one"
    }


def test_a_field_may_be_empty_until_it_is_sent() -> None:
    desk = Workspace()
    view = keep(desk, modal("a", "b"), "U1")
    entered = filled(view, {"a": "one"}, sending=False)
    assert entered["a"]["a"]["value"] == "one"
    assert entered["b"]["b"]["value"] is None
