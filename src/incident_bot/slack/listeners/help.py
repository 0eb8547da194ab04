"""`/incident help`: the verbs."""

from incident_bot.slack.grammar import nearest, reading
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import help as view
from incident_bot.slack.views.answer import Answer


async def help_about(asked: Asked) -> Answer:
    """All verbs, or one; a word that is none shows them all."""
    about = reading.help_about(asked.rest, asked.context).about.partition(" ")[0]
    by_alias = {alias: name for name, v in asked.verbs.items() for alias in v.aliases}
    name = by_alias.get(about, about)
    name = name if name in asked.verbs else (nearest(about, asked.verbs) or "")
    verb = asked.verbs.get(name)
    if verb is None:
        return view.overview(asked.verbs.values())
    return view.one(verb, verb.choices(asked.service.policy) if verb.choices else "")


VERB = VerbSpec(
    name="help",
    group="See",
    usage=("help [verb]",),
    help="shows this, or all about one verb",
    example="help log",
    handler=help_about,
    aliases=("?",),
    needs_room=False,
)
