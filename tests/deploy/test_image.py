"""The image builds and runs, as far as that can be seen without a container engine.

The steps of the build stage are run in a clean folder with the files that the builder would be
sent; what they installed is started with the image's own ENV, WORKDIR, ENTRYPOINT and CMD, as its
user where the test may change users, on a tree that cannot be written.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from incident_bot import __version__
from incident_bot.demo.bot import free_port
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.deploy import image as images
from tests.deploy.image import Image

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE = 40.0
"""Seconds until it is called stuck."""


@pytest.fixture
def image() -> Iterator[Image]:
    """The image, its root read-only. Building it takes most of the time: one test uses it."""
    made = images.make()
    try:
        made.build()
        made.seal()
        yield made
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(made.root)], check=True)
        shutil.rmtree(made.root)


def run(image: Image, words: list[str], settings: dict[str, str]) -> tuple[int, str]:
    """A command in the container to its end: exit code and what it printed."""
    process = image.popen(words, settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        out, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return process.returncode, out


def check_what_is_installed(image: Image) -> None:
    """This version, out of the image, its bytecode compiled, and no installer."""
    assert run(image, ["incident-bot", "--version"], {}) == (0, f"incident-bot {__version__}\n")
    opt = image.root / "opt" / "incident-bot"
    where = "import incident_bot; print(incident_bot.__file__)"
    code, printed = run(image, ["python", "-c", where], {})
    assert (code, printed.startswith(f"{opt}/lib/")) == (0, True), printed
    (package,) = opt.glob("lib/python3*/site-packages/incident_bot")
    sources = {path.relative_to(package).with_suffix("") for path in package.rglob("*.py")}
    compiled = {
        (path.parent.parent / path.name.split(".")[0]).relative_to(package)
        for path in package.rglob("__pycache__/*.pyc")
    }
    assert sources and sources == compiled
    assert not (opt / "bin" / "pip").exists()


def check_a_wrong_configuration(image: Image) -> None:
    """One line and exit code 2."""
    code, printed = run(image, image.command(), {})
    assert code == 2
    assert printed.count("\n") == 1 and "SLACK_BOT_TOKEN" in printed


async def check_it_serves(image: Image) -> None:
    """Healthy, a war room on request, healthy no more after SIGTERM and exit code 0."""
    async with SlackStandIn() as slack, PagerDutyStandIn(from_emails=["b@example.com"]) as pager:
        port = free_port()
        slack.bot_url = pager.bot_url = f"http://127.0.0.1:{port}"
        alice = slack.add_user("alice", "Alice Smith", "alice@example.com", "UTC")
        incidents = slack.add_channel("incidents", members=[alice])
        settings = {
            "PORT": str(port),
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "PAGERDUTY_API_URL": pager.url,
            "PAGERDUTY_API_TOKEN": pager.api_token,
            "PAGERDUTY_FROM_EMAIL": "b@example.com",
            "PAGERDUTY_WEBHOOK_SECRETS": pager.webhook_secret,
        }

        async def healthy() -> bool:
            code, _ = await asyncio.to_thread(run, image, image.probe(), settings)
            return code == 0

        assert not await healthy(), "nothing runs yet"
        written = image.data / "log"
        with written.open("w+") as log:
            process = image.popen(
                image.command(), settings, stdout=log.fileno(), stderr=log.fileno()
            )
            try:
                async with asyncio.timeout(PATIENCE):
                    while not await healthy():
                        assert process.poll() is None, written.read_text()
                answer = await slack.command(alice, "declare sev2 Checkout is slow", incidents)
                assert answer.problem is None, answer
                async with asyncio.timeout(PATIENCE):
                    while not any(
                        channel.creator == slack.bot.id and alice.id in channel.members
                        for channel in slack.channels.values()
                    ):
                        await asyncio.sleep(0.05)
                process.terminate()
                code = await asyncio.to_thread(process.wait, PATIENCE)
            finally:
                process.kill()
                process.wait()
        assert code == 0, written.read_text()
        assert not await healthy(), "it is stopped"


def check_the_data(image: Image) -> None:
    """In /data, of the image's user, and the next container finds it."""
    kept = image.data / "incident-bot.db"
    assert kept.is_file()
    if image.uid is not None:
        assert kept.stat().st_uid == image.uid
    code, listed = run(image, ["incident-bot", "list", "--json"], {})
    assert code == 0, listed
    assert [row["title"] for row in json.loads(listed)] == ["Checkout is slow"]


async def test_the_image_serves_on_a_read_only_root_and_stops_in_order(image: Image) -> None:
    check_what_is_installed(image)
    check_a_wrong_configuration(image)
    before = image.files()
    await check_it_serves(image)
    check_the_data(image)
    assert image.files() == before, "nothing is written outside /data and /tmp"
