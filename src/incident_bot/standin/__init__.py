"""A local Slack and PagerDuty, for trying the bot out and for its tests.

Both speak real HTTP on 127.0.0.1 and are strict where a bot could otherwise cheat: unknown
arguments, bad names, too long texts, missing membership, used-up trigger ids and missing
`From` headers are refused with the services' own error codes. Nothing here knows the bot.

    async with SlackStandIn() as slack, PagerDutyStandIn() as pd:
        slack.bot_url = pd.bot_url = "http://127.0.0.1:3000"    # where the bot listens
        alice = slack.add_user("alice")
        incidents = slack.add_channel("incidents", members=[alice])
        # start the bot with slack.url, slack.bot_token, slack.signing_secret, pd.url, …

        answer = await slack.command(alice, "declare Payment API failing", incidents)
        assert answer.problem is None and answer.seconds < 3
        room = slack.channel("inc-1-payment-api-failing")
        await slack.click(alice, room, room.messages[0].ts, "take_ic")
        await slack.message(alice, room, "rolled back v42")

        service = pd.add_service("Payments", pd.add_escalation_policy("Payments"))
        incident = await pd.trigger(service, "5xx above 10%")    # signed webhook to the bot
        await pd.acknowledge(incident, pd.add_user("Alice", "alice@example.com"))

        slack.faults.add("conversations.create", status=429, retry_after=1, times=2)
        slack.faults.add("chat.postMessage", drop="after")       # done, but no answer
        slack.enforce_tiers = True                               # Slack's real rate limits
        slack.calls, slack.responses, slack.ephemerals           # what the bot did

        slack.socket_mode = True                                 # envelopes instead of requests
        await slack.socket.disconnect("refresh_requested", slack.socket.links[0])
        slack.socket.cut(slack.socket.links[0])                  # no close frame

`python -m incident_bot.standin` runs both on their own and prints the settings to use.
"""

from .faults import Call, Fault, Faults
from .pagerduty import Delivery, PagerDutyStandIn
from .slack import Answer, Channel, File, Message, SlackStandIn, User, Usergroup

__all__ = [
    "Answer",
    "Call",
    "Channel",
    "Delivery",
    "Fault",
    "Faults",
    "File",
    "Message",
    "PagerDutyStandIn",
    "SlackStandIn",
    "User",
    "Usergroup",
]
