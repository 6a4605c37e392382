"""Fetches an http(s) address: bounded in time and size, and kept out of private networks.

Every hop of a redirect is checked anew, and the connection goes to the very address that was checked, so that a name
server cannot answer differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass

import httpx

from graph.errors import InvalidInput
from graph.settings import Settings

_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(15.0, connect=10.0)
_TOTAL_SECONDS = 60.0
_HEADERS = {"User-Agent": "InnoGraph (reads one page on request)", "Accept": "text/html,application/pdf,*/*;q=0.5"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The body of an answer, the encoding its header declares and the address it came from in the end."""

    data: bytes
    charset: str
    url: str


def fetch(url: str, *, settings: Settings) -> Fetched:
    """Fetches an address.

    Raises:
        InvalidInput: The address may not or cannot be fetched; the message says why and what to do.
    """
    deadline = time.monotonic() + _TOTAL_SECONDS
    try:
        # No proxies from the environment: one would do the look-up that is checked here.
        with httpx.Client(timeout=_TIMEOUT, trust_env=False, headers=_HEADERS) as client:
            target = httpx.URL(url)
            for _ in range(_REDIRECTS + 1):
                answer = _get(client, target, settings, deadline)
                if isinstance(answer, Fetched):
                    return answer
                target = answer
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise InvalidInput(
            f"{url} cannot be fetched: {type(error).__name__}: {error}. Check the address, or save the page."
        ) from error
    raise InvalidInput(f"{url} redirects more than {_REDIRECTS} times. Give the address it ends at.")


def _get(client: httpx.Client, url: httpx.URL, settings: Settings, deadline: float) -> Fetched | httpx.URL:
    """One hop: the answer, or the address it redirects to."""
    address = checked_address(url, settings)
    host = url.host
    default = {"http": 80, "https": 443}[url.scheme]
    named = host if url.port in (None, default) else f"{host}:{url.port}"
    pinned = url.copy_with(host=address, fragment=None)
    request = client.build_request("GET", pinned, headers={"Host": named}, extensions={"sni_hostname": host})
    response = client.send(request, stream=True)
    try:
        if response.is_redirect:
            return url.join(response.headers["location"])
        if response.status_code != httpx.codes.OK:
            raise InvalidInput(
                f"{url} answers with status {response.status_code}. Check the address, or save the page."
            )
        limit = settings.max_file_bytes
        data = bytearray()
        for chunk in response.iter_bytes(65_536):
            data += chunk
            if len(data) > limit:
                raise InvalidInput(f"{url} has more than {limit:,} bytes. Raise INNOGRAPH_MAX_FILE_BYTES to read it.")
            if time.monotonic() > deadline:
                raise InvalidInput(f"{url} takes more than {_TOTAL_SECONDS:.0f} s. Save the page and give the file.")
        return Fetched(bytes(data), response.charset_encoding or "", str(url))
    finally:
        response.close()


def checked_address(url: httpx.URL, settings: Settings) -> str:
    """The address of a URL's host, if it may be fetched.

    Raises:
        InvalidInput: The scheme is not http(s), the host is unknown, or one of its addresses is not public.
    """
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidInput(f"{url} is no http(s) address. Give one, or a file.")
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidInput(f"The host {url.host!r} is not known: {error}. Check the address.") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not settings.allow_private_urls and not all(map(_is_public, addresses)):
        raise InvalidInput(
            f"{url.host!r} is on a private network. Set INNOGRAPH_ALLOW_PRIVATE_URLS=true if it is to be read all the same."
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or bool(inner.is_global))
