"""`/incident help`: the verbs."""

from incident_bot.slack.grammar import nearest, reading
from incident_bot.slack.grammar.short import beginning
from incident_bot.slack.listeners.spec import Asked, VerbSpec, names_of
from incident_bot.slack.views import help as view
from incident_bot.slack.views.answer import Answer


async def help_about(asked: Asked) -> Answer:
    """All verbs, or one; a word that is none shows them all."""
    about = reading.help_about(asked.rest, asked.context).about.partition(" ")[0]
    names = names_of(asked.verbs)
    begun = beginning(about, names)
    name = names.get(about) or (begun[0] if len(begun) == 1 else nearest(about, asked.verbs) or "")
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
