"""Sends webhooks by HTTP to public addresses only: what is connected to is what was checked (ADR 0059)."""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Self

import httpx

from services.notification.ports.webhooks import Answer
from services.notification.use_cases.addresses import is_public

_EXCERPT = 500
"""Bytes of an answer that are read and kept."""


class AddressNotAllowedError(Exception):
    """The receiver's name leads to an address that is not public."""


class HttpSender:
    """One request per delivery: no redirects, no proxies, no cookies, bounded in time and in what is read back."""

    def __init__(self, *, seconds: float, allow_private: bool) -> None:
        """`seconds` for the whole attempt, resolving the name included."""
        self._seconds = seconds
        self._allow_private = allow_private
        self._http = httpx.AsyncClient(
            verify=ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=seconds,
            # A connection made for one name is never used for another on the same address.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """See the port."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                return await self._send(httpx.URL(url), headers, body, began)
        except AddressNotAllowedError:
            return _failed(began, "address_not_allowed")
        except (TimeoutError, httpx.TimeoutException):
            return _failed(began, "timeout")
        except (OSError, UnicodeError):
            return _failed(began, "name_not_found")
        except (httpx.HTTPError, httpx.InvalidURL):
            return _failed(began, "connection_failed")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], body: str, began: float) -> Answer:
        address = await self._address_of(url)
        request = self._http.build_request(
            "POST",
            url.copy_with(host=address),
            content=body.encode(),
            headers={
                **headers,
                "host": url.netloc.decode("ascii"),
                "content-type": "application/cloudevents+json",
                "user-agent": "Jalon-Webhooks/1",
            },
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await self._http.send(request, stream=True)
        try:
            latency = _milliseconds(began)
            return Answer(latency_ms=latency, status=response.status_code, excerpt=await _excerpt(response))
        finally:
            await response.aclose()

    async def _address_of(self, url: httpx.URL) -> str:
        """The address to connect to: every one that the name leads to must be public, or none is taken."""
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise AddressNotAllowedError
        return addresses[0]


async def _excerpt(response: httpx.Response) -> str:
    """The first bytes, as they come: nothing is decompressed, and the rest is not read."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk[: _EXCERPT - len(read)]
        if len(read) >= _EXCERPT:
            break
    return read.decode(errors="replace").replace("\x00", "\ufffd")


def _failed(began: float, error: str) -> Answer:
    return Answer(latency_ms=_milliseconds(began), error=error)


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
