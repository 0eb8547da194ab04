"""What one person sees of the workspace, and what not."""

from incident_bot.standin import SlackStandIn


async def test_who_sees_what() -> None:
    async with SlackStandIn() as slack:
        slack.subscribed.clear()  # there is no bot to tell
        alice, mallory, guest = (
            slack.add_user("alice"),
            slack.add_user("mallory"),
            slack.add_user("guest", is_restricted=True),
        )
        secret = slack.add_channel("vault", private=True, members=[alice])
        await slack.upload(alice, secret, "keys.txt", b"hunter2", "these leaked")
        slack.desk.store(slack.desk.direct(alice.id), {"type": "message", "text": "for you"})
        hall = slack.add_channel("hall", members=[alice])
        await slack.message(alice, hall, "hello all")
        for_her = {"channel": hall.id, "for_user": alice.id, "text": "just you", "ts": "1.1"}
        slack.ephemerals.append(for_her)
        slack.desk.homes[alice.id] = {"blocks": ["her home"]}
        seen = {user.name: slack.text_visible_to(user) for user in (alice, mallory, guest)}
        secrets = (
            "vault",
            "these leaked",
            "hunter2",
            "keys.txt",
            "for you",
            "just you",
            "her home",
        )
        for words in secrets:
            assert words in seen["alice"]
            assert words not in seen["mallory"]
        assert "hello all" in seen["mallory"]
        assert "hello all" not in seen["guest"]
        assert slack.visible_to(guest)["channels"] == []
