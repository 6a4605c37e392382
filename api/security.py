"""Who may call: the API key, the address the server listens on, and host names."""

from __future__ import annotations

import hmac
import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import FORBIDDEN, MISDIRECTED, UNAUTHORIZED, problem_response
from graph.errors import ConfigError
from graph.settings import Settings

KEY_HEADER = "X-API-Key"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PORT = re.compile(r":\d*$")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    name = host.strip().rstrip(".").lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def check_exposure(settings: Settings) -> None:
    """Refuses to serve other machines without a key.

    Raises:
        ConfigError: ``api_host`` is not loopback and ``api_key`` is empty, or no header can carry the key.
    """
    key = settings.api_key.get_secret_value()
    if not key and not is_loopback(settings.api_host):
        raise ConfigError(
            f"The API would listen on {settings.api_host!r}, which other machines can reach, without a key. "
            "Set INNOGRAPH_API_KEY, or INNOGRAPH_API_HOST=127.0.0.1."
        )
    if key and (not key.isascii() or not key.isprintable() or key != key.strip()):
        raise ConfigError(
            "INNOGRAPH_API_KEY must be printable ASCII without blanks at its ends, so that a header can carry it."
        )


def cypher_allowed(settings: Settings) -> bool:
    """Whether read-only Cypher is served: only to holders of the key, or to this machine alone."""
    return bool(settings.api_key.get_secret_value()) or is_loopback(settings.api_host)


class GuardMiddleware:
    """Lets a request in or answers with a problem, before its body is read.

    With a key, every path but health and the API's description needs it in ``X-API-Key``; the comparison takes the same
    time wherever the keys differ. Without one the server is for this machine alone: other clients are refused, and so
    is any host name that is not loopback, because a web page could otherwise reach the server through a name of its
    own that resolves to 127.0.0.1. For the same reason a page of another origin may not post.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._key = settings.api_key.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self._key:
                # The header is latin-1 by the protocol; compare bytes, since text beyond ASCII cannot be compared so.
                given = headers.get(KEY_HEADER, "").encode("latin-1", "replace")
                if scope["path"] not in OPEN_PATHS and not hmac.compare_digest(given, self._key):
                    detail = f"Send the key in the {KEY_HEADER} header."
                    challenge = {"WWW-Authenticate": f'ApiKey realm="innograph", header="{KEY_HEADER}"'}
                    response = problem_response(scope, UNAUTHORIZED, detail, headers=challenge)
                    await response(scope, receive, send)
                    return
            else:
                client = scope.get("client")
                if client is not None and not is_loopback(client[0]):
                    detail = "Without INNOGRAPH_API_KEY the server answers its own machine only."
                    await problem_response(scope, FORBIDDEN, detail)(scope, receive, send)
                    return
                if not is_loopback(_PORT.sub("", headers.get("host", "localhost"))):
                    detail = "Without INNOGRAPH_API_KEY the server answers to localhost and loopback addresses only."
                    await problem_response(scope, MISDIRECTED, detail)(scope, receive, send)
                    return
                if scope["method"] not in SAFE_METHODS and _from_another_site(headers):
                    detail = "A web page of another origin may not post here."
                    await problem_response(scope, FORBIDDEN, detail)(scope, receive, send)
                    return
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # none are served
            return
        await self.app(scope, receive, send)


def _from_another_site(headers: Headers) -> bool:
    # Browsers send Origin with every post, programs send neither header. "null" and unreadable origins are foreign.
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower()
