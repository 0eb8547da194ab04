"""Publish somebody's App Home, as things are now: of many that wait, one is enough."""

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.privacy import may_know
from incident_bot.domain.wanted import Wanted
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.needs import Directory, Memory
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views import listing
from incident_bot.slack.views.home import Page, home

WHAT = "show the App Home"
MINE = 50
"""Of the incidents in which somebody has unfinished work, the newest so many are read."""


class Home:
    """The handler of `publish_home`. Of private incidents each sees those that they belong to."""

    def __init__(self, gateway: Gateway, memory: Memory, people: Directory, policy: Policy) -> None:
        self._gateway = gateway
        self._memory = memory
        self._people = people
        self._policy = policy

    async def publish(self, effect: Effect) -> Done:
        """`publish_home`: to publish it twice is to publish it once."""
        slack_id = str(effect.args["slack_id"])
        person = (await self._people.by_slack(slack_id)).person

        def knows(incident: Incident) -> bool:
            return may_know(incident, person)

        wanted, number = listing.read_turned(str(effect.args.get("shown") or "")) or (
            Wanted(everything=True),
            1,
        )
        size = listing.PAGE
        going_on = await self._memory.listed(Wanted(), knows, limit=size + 1)
        found = await self._memory.listed(wanted, knows, offset=(number - 1) * size, limit=size + 1)
        mine = await self._memory.parts(slack_id, MINE)
        page = Page(found[:size], wanted, number, more=len(found) > size)
        view = home(person, going_on, [i for i in mine if knows(i)], page, self._policy)
        await self._gateway.call("views.publish", user_id=slack_id, view=view)
        return Done()
