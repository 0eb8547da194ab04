"""`python -m incident_bot.standin`: run both stand-ins until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal

from . import PagerDutyStandIn, SlackStandIn


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m incident_bot.standin", description=__doc__)
    parser.add_argument("--slack-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--pagerduty-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--bot-url", default="http://127.0.0.1:3000", help="where the bot listens")
    parser.add_argument("--bot-token", default="xoxb-standin")
    parser.add_argument("--signing-secret", default="5ec2e7000000000000000000005ec2e7")
    parser.add_argument("--app-token", default="xapp-1-A0STANDIN-1-standin")
    parser.add_argument(
        "--socket-mode",
        action="store_true",
        help="the bot connects with the app-level token; no request reaches it over HTTP",
    )
    parser.add_argument("--pagerduty-token", default="pd-standin")
    parser.add_argument("--webhook-secret", default="standin-webhook-secret")
    parser.add_argument("--from-email", default="incident-bot@example.com")
    return parser.parse_args(arguments)


def environment(slack: SlackStandIn, pagerduty: PagerDutyStandIn, email: str) -> list[str]:
    """The lines to put into the bot's environment, for the mode that Slack is in."""
    return [
        f"SLACK_BOT_TOKEN={slack.bot_token}",
        f"SLACK_APP_TOKEN={slack.app_token}"
        if slack.socket_mode
        else f"SLACK_SIGNING_SECRET={slack.signing_secret}",
        f"SLACK_API_URL={slack.url}",
        f"PAGERDUTY_API_TOKEN={pagerduty.api_token}",
        f"PAGERDUTY_WEBHOOK_SECRETS={pagerduty.webhook_secret}",
        f"PAGERDUTY_FROM_EMAIL={email}",
        f"PAGERDUTY_API_URL={pagerduty.url}",
    ]


async def run(options: argparse.Namespace) -> None:
    """Serve both until a signal comes. OSError when a port is taken."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    slack = SlackStandIn(
        options.bot_token,
        options.signing_secret,
        port=options.slack_port,
        bot_url=options.bot_url,
        app_token=options.app_token,
        socket_mode=options.socket_mode,
    )
    pagerduty = PagerDutyStandIn(
        options.pagerduty_token,
        options.webhook_secret,
        [options.from_email],
        port=options.pagerduty_port,
        bot_url=options.bot_url,
    )
    async with slack, pagerduty:
        for line in environment(slack, pagerduty, options.from_email):
            print(line, flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(run(parse()))
