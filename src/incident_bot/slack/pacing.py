"""Slack's limits, kept before Slack has to: who calls what when.

Each method may be called so often in a minute, by its tier, and a channel takes a message a second.
A call holds its place until a full window after its *answer*: however long it was on its way, the
other side never counts more. A budget that is unused may be spent at once, so that an opening waits
for nothing.

Counted is what this process calls. Replicas share the workspace's limits without knowing of one
another: what they call together beyond a limit Slack answers with 429, and its Retry-After holds
back every caller of that method in the process that heard it.

Source: docs.slack.dev/apis/web-api/rate-limits and the tier on each method's page.
"""

import asyncio
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from incident_bot.effects import Later

MINUTE = 60.0
POST = "chat.postMessage"
POST_SECONDS = 1.0
"""A channel takes one message in so many seconds."""

TIER_2, TIER_3, TIER_4 = 20, 50, 100
POSTS = 300
"""chat.postMessage in a whole workspace: "several hundred" a minute, Slack says."""

HISTORY = "conversations.history"
KEPT_FOR_URGENT: Mapping[str, int] = {POST: 60, HISTORY: 20}
"""What decoration leaves for what people wait for; of a room's history, what looking it through
leaves for finding a message again that may have been sent."""

PER_MINUTE: Mapping[str, int | None] = {
    "apps.connections.open": None,  # two at the start; one a minute would leave a gap
    "auth.test": None,  # "hundreds", and asked once
    "bookmarks.add": TIER_2,
    "bookmarks.list": TIER_3,
    "chat.postEphemeral": TIER_4,
    POST: POSTS,
    "chat.update": TIER_3,
    "conversations.archive": TIER_2,
    "conversations.create": TIER_2,
    HISTORY: TIER_3,
    "conversations.info": TIER_3,
    "conversations.invite": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.setTopic": TIER_2,
    "files.completeUploadExternal": TIER_4,
    "files.delete": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "pins.add": TIER_2,
    "reactions.get": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.conversations": TIER_2,
    "users.info": TIER_4,
    "users.lookupByEmail": TIER_3,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
"""Calls a minute of each method that the bot uses; None: not paced, its 429 is heeded."""

_MANY_CHANNELS = 500
_NOT_SOONER = 0.01


class Budget:
    """`calls` within `seconds`, of which `kept` are for urgent ones. Times are monotonic."""

    def __init__(self, calls: int, seconds: float, kept: int = 0) -> None:
        self._calls = calls
        self._seconds = seconds
        self._kept = kept
        self._under_way = 0
        self._taken_until: deque[float] = deque()

    def free(self, now: float, *, urgent: bool = False) -> int:
        """How many calls may begin now."""
        return max(0, -self._lacking(now, urgent))

    def opens_at(self, now: float, *, urgent: bool = False) -> float:
        """When the next call may begin; a guess while the ones that matter are under way."""
        lacking = self._lacking(now, urgent) + 1
        if lacking <= 0:
            return now
        if lacking <= len(self._taken_until):
            return self._taken_until[lacking - 1]
        return now + self._seconds

    def begin(self) -> None:
        """A call goes out."""
        self._under_way += 1

    def end(self, now: float, *, counted: bool = True) -> None:
        """It is over. Not `counted`: it was never sent, or Slack turned it away."""
        self._under_way -= 1
        if counted:
            self._taken_until.append(now + self._seconds)

    def idle(self, now: float) -> bool:
        """Nothing of it is taken."""
        return self._lacking(now, True) == -self._calls

    def _lacking(self, now: float, urgent: bool) -> int:
        """Places taken beyond those that there are; below 0, so many are free."""
        while self._taken_until and self._taken_until[0] <= now:
            self._taken_until.popleft()
        allowed = self._calls - (0 if urgent else self._kept)
        return self._under_way + len(self._taken_until) - allowed


@dataclass(order=True)
class Turn:
    """A place in the line for a call; urgent ones first, then as they came."""

    after_urgent: bool
    number: int
    method: str = field(compare=False)
    budgets: tuple[Budget, ...] = field(compare=False)
    granted: asyncio.Future[None] = field(compare=False)

    @property
    def urgent(self) -> bool:
        """It overtakes those that are not."""
        return not self.after_urgent


class Pacer:
    """Lets calls go when Slack has room for them. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._methods = {
            method: Budget(calls, MINUTE, KEPT_FOR_URGENT.get(method, 0))
            for method, calls in PER_MINUTE.items()
            if calls is not None
        }
        self._channels: dict[str, Budget] = {}
        self._paused_until: dict[str, float] = {}
        self._line: list[Turn] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    def free(self, method: str, *, urgent: bool = False) -> int | None:
        """How many calls of the method may begin now; None: as many as you like."""
        now = self._clock()
        if self._paused_until.get(method, 0.0) > now:
            return 0
        budget = self._methods.get(method)
        if budget is None:
            return None
        ahead = sum(t.method == method and (t.urgent or not urgent) for t in self._line)
        return max(0, budget.free(now, urgent=urgent) - ahead)

    def opens_in(self, method: str, *, urgent: bool = False) -> float:
        """Seconds until a call of the method may begin."""
        now, budget = self._clock(), self._methods.get(method)
        opens = now if budget is None else budget.opens_at(now, urgent=urgent)
        return max(0.0, max(opens, self._paused_until.get(method, 0.0)) - now)

    def pause(self, method: str, seconds: float) -> None:
        """Slack has said it itself: no call of the method by anybody for so long."""
        until = self._clock() + seconds
        self._paused_until[method] = max(until, self._paused_until.get(method, 0.0))

    async def turn(
        self, method: str, channel: str | None = None, *, urgent: bool = False, patience: float
    ) -> Turn:
        """Wait for room, `patience` seconds at most; whoever gets a turn ends it with `over`.

        Raises Later (`paused`, with the time when there is room) when it takes longer.
        """
        granted = asyncio.get_running_loop().create_future()
        budgets = self._budgets(method, channel)
        turn = Turn(not urgent, next(self._numbers), method, budgets, granted)
        insort(self._line, turn)
        self._advance()
        if granted.done():
            return turn
        try:
            if self._opens_at(turn) - self._clock() <= patience:
                async with asyncio.timeout(patience):
                    await asyncio.shield(granted)
                return turn
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            self._leave(turn)
            raise
        if granted.done():
            return turn
        self._leave(turn)
        seconds = max(_NOT_SOONER, self._opens_at(turn) - self._clock())
        raise Later(f"Slack limits {method}", seconds, paused=True)

    def over(self, turn: Turn, *, counted: bool = True) -> None:
        """The call is answered, or never will be. Not `counted`: Slack turned it away."""
        now = self._clock()
        for budget in turn.budgets:
            budget.end(now, counted=counted)
        self._advance()

    def _budgets(self, method: str, channel: str | None) -> tuple[Budget, ...]:
        whole = self._methods.get(method)
        if whole is None:
            return ()
        if method != POST or channel is None:
            return (whole,)
        if channel not in self._channels:
            if len(self._channels) >= _MANY_CHANNELS:
                now = self._clock()
                self._channels = {c: b for c, b in self._channels.items() if not b.idle(now)}
            self._channels[channel] = Budget(1, POST_SECONDS)
        return (self._channels[channel], whole)

    def _opens_at(self, turn: Turn) -> float:
        now = self._clock()
        opens = (budget.opens_at(now, urgent=turn.urgent) for budget in turn.budgets)
        return max(now, self._paused_until.get(turn.method, 0.0), *opens)

    def _advance(self) -> None:
        """Everybody in line for whom there is room goes; for the others, a timer looks again."""
        now = self._clock()
        for turn in list(self._line):
            if self._paused_until.get(turn.method, 0.0) > now:
                continue
            if all(budget.free(now, urgent=turn.urgent) for budget in turn.budgets):
                self._line.remove(turn)
                for budget in turn.budgets:
                    budget.begin()
                turn.granted.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._line:
            soonest = min(map(self._opens_at, self._line)) - self._clock()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(_NOT_SOONER, soonest), self._advance)

    def _leave(self, turn: Turn) -> None:
        """Out of the line; a turn that was granted and never used goes back."""
        if turn in self._line:
            self._line.remove(turn)
        elif turn.granted.done():
            self.over(turn, counted=False)
