"""What leaves the house by webhook: to public addresses alone, signed, without redirects, bounded in time and size."""

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.notification.engine import HttpSender
from services.notification.use_cases.addresses import is_public
from services.notification.use_cases.webhook_signing import new_secret, signed_headers
from tests.support.webhook_receiver import a_receiver

EXAMPLE = Path(__file__).parents[3] / "docs" / "integration" / "examples" / "webhook_receiver.py"


async def test_a_delivery_arrives_whole_and_its_answer_is_kept_in_part():
    async with a_receiver() as receiver, HttpSender(seconds=5, allow_private=True) as sender:
        receiver.answers, receiver.body = ["200 OK"], b"x" * 100_000
        answer = await sender.send(f"{receiver.url}?a=b", {"webhook-id": "msg_1"}, '{"é":1}')

    (received,) = receiver.received
    assert (received.path, received.body) == ("/hook?a=b", '{"é":1}')
    assert received.headers["webhook-id"] == "msg_1"
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (answer.accepted, answer.status, answer.excerpt) == (True, 200, "x" * 500)


async def test_a_redirect_is_not_followed_and_is_no_success():
    async with a_receiver() as elsewhere, a_receiver() as receiver, HttpSender(seconds=5, allow_private=True) as sender:
        receiver.answers = [f"307 Temporary Redirect\r\nLocation: {elsewhere.url}"]
        answer = await sender.send(receiver.url, {}, "{}")

    assert (answer.accepted, answer.status) == (False, 307)
    assert elsewhere.received == []


async def test_a_receiver_that_hangs_is_left_after_the_time_given():
    async with a_receiver() as receiver, HttpSender(seconds=0.2, allow_private=True) as sender:
        receiver.answers = ["hang"]
        answer = await sender.send(receiver.url, {}, "{}")

    assert (answer.accepted, answer.status, answer.error) == (False, None, "timeout")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/", "connection_failed"),
        ("http://no-such-name.invalid/", "name_not_found"),
    ],
)
async def test_what_cannot_be_reached_is_told_by_name(url, error):
    async with HttpSender(seconds=5, allow_private=True) as sender:
        assert (await sender.send(url, {}, "{}")).error == error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_this_machine_is_never_sent_to_however_it_is_written(host):
    async with a_receiver() as receiver, HttpSender(seconds=5, allow_private=False) as sender:
        answer = await sender.send(f"http://{host}:{receiver.port}/hook", {}, "{}")

    assert answer.error in {"address_not_allowed", "name_not_found"}
    assert receiver.received == []


async def test_a_name_that_leads_to_a_public_and_a_private_address_is_not_sent_to(monkeypatch):
    async def resolved(*_, **__):
        return [(socket.AF_INET, 1, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    async with HttpSender(seconds=5, allow_private=False) as sender:
        answer = await sender.send("http://both.example/", {}, "{}")

    assert answer.error == "address_not_allowed"


async def test_what_is_connected_to_is_the_address_that_was_checked(monkeypatch):
    asked = []
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def resolved(host, port, **options):
        asked.append(host)
        return await real("127.0.0.1" if host == "changing.example" else host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", resolved)
    async with a_receiver() as receiver, HttpSender(seconds=5, allow_private=True) as sender:
        answer = await sender.send(f"http://changing.example:{receiver.port}/", {}, "{}")

    assert answer.status == 204
    assert asked.count("changing.example") == 1
    assert receiver.received[0].headers["host"] == f"changing.example:{receiver.port}"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.8.8.8", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.1.2.3", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("not an address", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address, public):
    assert is_public(address) is public


def test_a_signature_is_verified_by_the_library_of_the_convention_and_by_the_old_secret_too():
    new, old, other = new_secret(), new_secret(), new_secret()
    headers = signed_headers("campaign/1/2", '{"é":1}', (new, old), datetime.now(UTC))

    assert Webhook(new).verify('{"é":1}', headers) == {"é": 1}
    assert Webhook(old).verify('{"é":1}', headers) == {"é": 1}
    for key, body in ((other, '{"é":1}'), (new, '{"é":2}')):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, headers)


def test_an_event_has_one_message_id_however_often_it_is_sent():
    first, again = (signed_headers("event-1", "{}", (new_secret(),), datetime.now(UTC)) for _ in range(2))

    assert first["webhook-id"] == again["webhook-id"]
    assert "." not in first["webhook-id"]
    assert signed_headers("event-2", "{}", (new_secret(),), datetime.now(UTC))["webhook-id"] != first["webhook-id"]


async def test_the_receiver_of_the_manual_takes_what_is_signed_once_and_nothing_else():
    secret, body = new_secret(), '{"type":"campaigns.campaign.moment.v1","data":{"kind":"END"}}'
    environment = os.environ | {"WEBHOOK_SECRET": secret}
    example = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        "0",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{(await example.stdout.readline()).split()[-1].decode()}/"
        async with HttpSender(seconds=5, allow_private=True) as sender:
            signed = signed_headers("e-1", body, (secret,), datetime.now(UTC))
            statuses = [
                (await sender.send(url, headers, body)).status
                for headers in (signed_headers("e-0", body, (new_secret(),), datetime.now(UTC)), signed, signed)
            ]
        first = await example.stdout.readline()
    finally:
        example.terminate()
        rest, _ = await example.communicate()

    assert statuses == [401, 204, 204]
    assert (first, rest) == (b'campaigns.campaign.moment.v1 {"kind": "END"}\n', b"")
