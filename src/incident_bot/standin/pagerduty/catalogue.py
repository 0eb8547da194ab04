"""REST routes that look things up: people, services, policies, who is on call."""

from __future__ import annotations

from typing import Any

from .account import Account, not_found
from .asking import Ask, Handler, Result, page

JSON = dict[str, Any]
PING = {"message": "Hello from your friend Pagey!", "type": "ping"}


def list_oncalls(account: Account, ask: Ask) -> Result:
    """GET /oncalls: by escalation_policy_ids[], schedule_ids[], user_ids[]; `earliest`."""
    found = []
    seen: set[tuple[str, str, int]] = set()
    for entry in account.oncalls:
        names = (
            ("escalation_policy_ids[]", entry["escalation_policy"]["id"]),
            ("schedule_ids[]", (entry["schedule"] or {}).get("id")),
            ("user_ids[]", entry["user"]["id"]),
        )
        if any(ask.query.get(name) and key not in ask.query[name] for name, key in names):
            continue
        one = (entry["escalation_policy"]["id"], entry["user"]["id"], entry["escalation_level"])
        if ask.first("earliest") == "true" and one in seen:
            continue
        seen.add(one)
        found.append(entry)
    return page(ask, "oncalls", found)


def _collection(kind: str, plural: str) -> tuple[Handler, Handler]:
    def listing(account: Account, ask: Ask) -> Result:
        query = ask.first("query").lower()
        items = [
            item for item in getattr(account, plural).values()
            if query in item["name"].lower() or query in item.get("email", "").lower()
        ]  # fmt: skip
        return page(ask, plural, items)

    def one(account: Account, ask: Ask) -> Result:
        found = getattr(account, plural).get(ask.key)
        if found is None:
            raise not_found()
        return 200, {kind: found}, []

    return listing, one


def list_priorities(account: Account, ask: Ask) -> Result:
    """GET /priorities."""
    return page(ask, "priorities", list(account.priorities.values()))


def list_abilities(account: Account, ask: Ask) -> Result:
    """GET /abilities."""
    return 200, {"abilities": account.abilities}, []


def list_subscriptions(account: Account, ask: Ask) -> Result:
    """GET /webhook_subscriptions: the one that tells the bot."""
    return page(ask, "webhook_subscriptions", [_shown(account)])


def _shown(account: Account) -> JSON:
    """The subscription with the address of the bot, unless it was given another."""
    delivery = account.subscription["delivery_method"]
    url = delivery["url"] or account.webhook_url
    return {**account.subscription, "delivery_method": {**delivery, "url": url}}


def _subscription(account: Account, ask: Ask) -> JSON:
    if ask.key != account.subscription["id"]:
        raise not_found()
    return account.subscription


def get_subscription(account: Account, ask: Ask) -> Result:
    """GET /webhook_subscriptions/{id}."""
    _subscription(account, ask)
    return 200, {"webhook_subscription": _shown(account)}, []


def enable_subscription(account: Account, ask: Ask) -> Result:
    """POST /webhook_subscriptions/{id}/enable: deliveries resume; what was queued is lost."""
    subscription = _subscription(account, ask)
    subscription["delivery_method"]["temporarily_disabled"] = False
    account.dropped_in_a_row = 0
    return 200, {"webhook_subscription": subscription}, []


def ping_subscription(account: Account, ask: Ask) -> Result:
    """POST /webhook_subscriptions/{id}/ping: sends pagey.ping, whether `echo` is on or not."""
    _subscription(account, ask)
    return 202, {}, [("pagey.ping", dict(PING))]


list_users, get_user = _collection("user", "users")
list_services, get_service = _collection("service", "services")
list_policies, get_policy = _collection("escalation_policy", "escalation_policies")
