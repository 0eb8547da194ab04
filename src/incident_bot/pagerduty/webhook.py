"""POST /pagerduty/webhook: what PagerDuty tells us.

PagerDuty retries 5xx, 429 and timeouts for 48 hours, but any other 4xx drops the event at once, and
three drops in a row disable the subscription. So 403 and 413 go only to what is not PagerDuty's;
everything authentic is kept and answered 202, after the commit; what we cannot store is a 5xx.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Protocol

import structlog
from aiohttp import web
from pydantic import SecretStr

from incident_bot import logs
from incident_bot.domain.commands import AlertAcknowledges, Command
from incident_bot.domain.decision import Refusal
from incident_bot.domain.people import by
from incident_bot.pagerduty.signature import HEADER, verify
from incident_bot.pagerduty.translate import Translation, read, translate
from incident_bot.people import People
from incident_bot.service import Service, Unavailable
from incident_bot.store import Delivery, StoreUnavailable

PATH = "/pagerduty/webhook"
LARGEST_BODY = 1024 * 1024  # bytes; PagerDuty sends 256 KB at most
DEADLINE = 4.0  # seconds; PagerDuty waits for 5
LOOK_UP_SECONDS = 1.5  # of the 5 that PagerDuty waits for an answer
AT_ONCE = 4
"""How many are being recorded at a time. In a storm of alerts the others wait here and not for the
database, where what people type and the first alert's invitations would stand behind them all."""
SOURCE = "pagerduty"

log = structlog.get_logger(__name__)


class DeliveryMetrics(Protocol):
    """Where deliveries are counted; `web.Metrics` is one."""

    def delivery(self, source: str, kind: str, outcome: str, seconds: float) -> None:
        """An authentic delivery, what became of it, and how long its answer took."""

    def rejected(self, source: str, reason: str) -> None:
        """A delivery that was turned away."""


def routes(
    service: Service,
    people: People | None,
    secrets: Sequence[SecretStr],
    metrics: DeliveryMetrics,
) -> web.RouteTableDef:
    """The webhook's route. `people` None: acknowledgers are not looked up in Slack."""
    table = web.RouteTableDef()
    webhook = Webhook(service, people, secrets, metrics)
    table.post(PATH)(webhook.receive)
    return table


class Webhook:
    """Takes deliveries: checks the signature, translates, hands over, answers."""

    def __init__(
        self,
        service: Service,
        people: People | None,
        secrets: Sequence[SecretStr],
        metrics: DeliveryMetrics,
    ) -> None:
        self._service = service
        self._people = people
        self._secrets = tuple(s for s in secrets if s.get_secret_value())
        self._metrics = metrics
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def receive(self, request: web.Request) -> web.Response:
        """Answers 202, 403, 413, 500 or 503; see the module's docstring for which is when."""
        with logs.delivery(SOURCE) as handled:
            try:
                body = await _body(request)
            except (web.RequestPayloadError, ConnectionError) as error:
                log.info("delivery broke off", error=type(error).__name__)
                return _answer(503, "the body did not arrive whole")
            if body is None:
                return self._turn_away(
                    request, 413, "too_large", "bodies of more than 1 MiB are not taken"
                )
            if not self._secrets:
                log.error(
                    "no webhook secret is configured; set PAGERDUTY_WEBHOOK_SECRETS to the secret "
                    "of the webhook subscription"
                )
                return self._turn_away(request, 403, "no_secret", "no webhook secret is configured")
            signature = ",".join(request.headers.getall(HEADER, []))
            if not verify(self._secrets, signature, body):
                reason = "forged" if signature else "unsigned"
                return self._turn_away(request, 403, reason, "the signature is not right")
            translation = translate(read(body))
            delivery = _delivery(request, body, translation)
            handled.came(translation.kind or "unreadable", delivery.id)
            status, outcome = await self._handle(translation, delivery)
            handled.outcome = outcome
            self._metrics.delivery(SOURCE, handled.kind, outcome, handled.seconds)
            log.info("delivery", status=status, **handled.facts())
            return _answer(status, outcome)

    async def _handle(self, translation: Translation, delivery: Delivery) -> tuple[int, str]:
        """The answer's status, and the word for what became of it."""
        try:
            async with asyncio.timeout(DEADLINE):
                return 202, await self._take(translation, delivery)
        except (Unavailable, StoreUnavailable, TimeoutError) as error:
            why = str(error) or "it took too long"
            log.warning("delivery not recorded; PagerDuty sends it again", error=why)
            return 503, "unavailable"
        except Exception:  # the outermost edge: PagerDuty delivers it again
            log.exception("delivery failed; PagerDuty sends it again")
            return 500, "failed"

    async def _take(self, translation: Translation, delivery: Delivery) -> str:
        """Hand it to the service; the word for what became of it."""
        if translation.command is None:
            kept = await self._service.keep(delivery, outcome="nothing to do")
            return "kept" if kept else "repeated"
        command = await self._with_known_acknowledger(translation.command)
        try:
            async with self._turns:
                outcome = await self._service.handle(command, delivery=delivery)
        except Refusal as refusal:
            kept = await self._service.keep(delivery, outcome=str(refusal))
            return "refused" if kept else "repeated"
        if outcome.incident is not None:
            logs.learned(ref=outcome.incident.ref)
        return "repeated" if outcome.repeated else "recorded"

    async def _with_known_acknowledger(self, command: Command) -> Command:
        """The acknowledger becomes commander, so the room must know them by their Slack id.

        PagerDuty tells only an id and a name. When the look-up fails or is slow they stay that.
        """
        if not isinstance(command, AlertAcknowledges) or self._people is None:
            return command
        person = command.actor.person
        if person is None or person.pagerduty_id is None:
            return command
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                known = await self._people.by_pagerduty(person.pagerduty_id, person.name)
        except Exception as error:  # whatever goes wrong out there, the delivery is not lost
            log.warning(
                "acknowledger not looked up",
                pagerduty_id=person.pagerduty_id,
                error=type(error).__name__,
            )
            return command
        found = known.person.model_copy(update={"pagerduty_id": person.pagerduty_id})
        return command.model_copy(update={"actor": by(found)})

    def _turn_away(
        self, request: web.Request, status: int, reason: str, sentence: str
    ) -> web.Response:
        log.warning("delivery turned away", reason=reason, status=status, peer=request.remote)
        self._metrics.rejected(SOURCE, reason)
        return _answer(status, sentence)


async def _body(request: web.Request) -> bytes | None:
    """The raw body; None when it is too large (no more of it than that is held in memory)."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _delivery(request: web.Request, body: bytes, translation: Translation) -> Delivery:
    """One delivery, known by X-Webhook-Id (the same for every attempt) and by the event's id."""
    ids = [i for i in (request.headers.get("X-Webhook-Id"), translation.event_id) if i]
    if not ids:
        ids = [hashlib.sha256(body).hexdigest()]
    return Delivery(
        source=SOURCE,
        id=_short(ids[0]),
        also=tuple(_short(i) for i in ids[1:]),
        raw=body,
        kind=translation.kind,
    )


def _short(identifier: str) -> str:
    """Ids are opaque; one that is too long for a column is known by its digest."""
    if len(identifier) <= 200 and identifier.isprintable():
        return identifier
    return hashlib.sha256(identifier.encode(errors="replace")).hexdigest()


def _answer(status: int, sentence: str) -> web.Response:
    key = "status" if status == 202 else "error"
    return web.json_response({key: sentence}, status=status)
