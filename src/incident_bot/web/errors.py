"""No traceback leaves the house: an unexpected exception is a calm 500 outside, a log line here."""

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

log = structlog.get_logger(__name__)


@web.middleware
async def calm(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: what a handler did not expect is logged with its route and answered as JSON."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise  # an answer that was meant: 404, 405, a redirect
    except Exception:  # the outermost edge of a request
        log.exception("request failed", method=request.method, path=request.path)
        return web.json_response({"error": "something went wrong here; it is logged"}, status=500)
