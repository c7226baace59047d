"""Deliveries survive everything: made once each, tried again later and later, replayed, and stopped with a reason."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks.webhooks import Webhook

from services.notification.engine import HttpSender
from services.notification.ports.webhooks import DeliveryState, Subscription, Telling, WebhookState
from services.notification.store import StoredDeliveries, StoredWebhooks
from services.notification.use_cases.deliver import Deliver
from services.notification.use_cases.keep_webhooks import KeepWebhooks
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from tests.services.notification.conftest import _empty
from tests.support.webhook_receiver import Receiver, a_receiver

FACT = "campaigns.followup.fact_recorded.v1"
MOMENT = "campaigns.campaign.moment.v1"
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Post:
    """One process that sends, its clock, and a receiver."""

    webhooks: StoredWebhooks
    deliveries: StoredDeliveries
    keep: KeepWebhooks
    clock: FixedClock
    sender: HttpSender
    receiver: Receiver
    began: datetime

    def deliver(self) -> Deliver:
        return Deliver(
            self.deliveries,
            self.sender,
            self.clock.now,
            lease=timedelta(seconds=40),
            disable_after=timedelta(hours=120),
            spread=lambda: 0.0,
        )

    async def subscribe(self, *types: str, name: str = "crm", url: str | None = None) -> tuple[str, str]:
        made, secret = await self.keep.create(
            Subscription(name=name, url=url or self.receiver.url, event_types=types or (FACT,)), "admin"
        )
        return made.webhook_id, secret

    async def tell(self, *ids: str, type_: str = FACT, at: datetime | None = None) -> None:
        told = [
            Telling(event_id=one, event_type=type_, at=at or self.clock.now(), body=json.dumps({"id": one}))
            for one in ids
        ]
        await self.deliveries.tell(told)

    async def log(self, webhook_id: str) -> list[tuple[str, str, int]]:
        found = await self.webhooks.deliveries(webhook_id, None, None, 100)
        return [(one.event_id, one.state.value, one.attempts) for one in reversed(found)]


def _clock() -> FixedClock:
    """It stands at the moment of the test, since the library of the convention refuses signatures of long ago."""
    return FixedClock(ZoneInfo("UTC"), datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def post(module_database: str) -> AsyncIterator[Post]:
    await _empty(module_database)
    database, clock = Database(module_database, service="notification", pool_size=4), _clock()
    webhooks = StoredWebhooks(database)
    keep = KeepWebhooks(webhooks, clock.now)
    async with a_receiver() as receiver, HttpSender(seconds=2, allow_private=True) as sender:
        yield Post(webhooks, StoredDeliveries(database), keep, clock, sender, receiver, clock.now())
    await database.close()


async def test_an_event_is_sent_once_signed_with_the_secret_shown(post: Post) -> None:
    webhook_id, secret = await post.subscribe()
    await post.tell("e-1")
    await post.tell("e-1")

    made = [await post.deliver().round() for _ in range(2)]

    assert made == [1, 0]
    (received,) = post.receiver.received
    assert Webhook(secret).verify(received.body, received.headers) == {"id": "e-1"}
    assert await post.log(webhook_id) == [("e-1", "DELIVERED", 1)]


async def test_only_those_who_asked_for_the_type_before_the_event_are_told(post: Post) -> None:
    facts, _ = await post.subscribe(FACT)
    moments, _ = await post.subscribe(MOMENT, name="other")

    await post.tell("before", at=post.began - HOUR)
    await post.tell("fact")
    await post.tell("moment", type_=MOMENT)

    assert [one[0] for one in await post.log(facts)] == ["fact"]
    assert [one[0] for one in await post.log(moments)] == ["moment"]


async def test_a_failure_is_tried_again_later_and_later_until_it_is_given_up(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    post.receiver.answers, post.receiver.body = ["500 Internal Server Error"], b"out of order"
    await post.tell("e-1")
    pauses = []
    for _ in range(15):
        assert await post.deliver().round() == 1
        (one,) = await post.webhooks.deliveries(webhook_id, None, None, 10)
        pauses.append(round((one.due_at - post.clock.now()).total_seconds()))
        assert await post.deliver().round() == 0
        post.clock.advance(one.due_at - post.clock.now())

    assert pauses == [5, 15, 45, 135, 405, 1215, 3645, 10935, 21600, 21600, 21600, 21600, 21600, 21600, 21600]
    assert (one.state, one.attempts, one.status, one.excerpt) == (DeliveryState.FAILED, 15, 500, "out of order")
    assert len(post.receiver.received) == 15


async def test_one_that_fails_holds_up_no_other(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    post.receiver.answers = ["503 Service Unavailable", "204 No Content"]
    await post.tell("a", "b", "c")

    await post.deliver().round()

    assert sorted(state for _, state, _ in await post.log(webhook_id)) == ["DELIVERED", "DELIVERED", "PENDING"]


async def test_what_was_leased_by_a_process_that_died_is_sent_by_another_once(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    await post.tell("e-1")
    await post.deliveries.claim(post.clock.now(), post.clock.now() + timedelta(seconds=40), 5)
    during = await post.deliver().round()

    post.clock.advance(timedelta(seconds=40))
    after = await post.deliver().round()

    assert (during, after, len(post.receiver.received)) == (0, 1, 1)
    assert await post.log(webhook_id) == [("e-1", "DELIVERED", 2)]


async def test_two_processes_share_the_work_and_send_each_once(post: Post) -> None:
    await post.subscribe()
    await post.tell(*(f"e-{number}" for number in range(20)))

    for _ in range(4):
        await asyncio.gather(post.deliver().round(), post.deliver().round())

    assert sorted(json.loads(one.body)["id"] for one in post.receiver.received) == sorted(f"e-{n}" for n in range(20))


async def test_a_slow_receiver_holds_up_no_other(post: Post) -> None:
    async with a_receiver() as slow:
        slow.answers = ["hang"]
        await post.subscribe(url=slow.url, name="slow")
        await post.subscribe(name="quick")
        await post.tell(*(f"e-{number}" for number in range(12)))

        delivering = asyncio.create_task(post.deliver().keep_delivering(0.01))
        async with asyncio.timeout(10):
            while len(post.receiver.received) < 12:
                await asyncio.sleep(0.01)
        delivering.cancel()

        assert len(slow.received) == 5


async def test_after_long_failure_it_is_disabled_with_the_reason_and_once_active_again_sends_what_waits(
    post: Post,
) -> None:
    webhook_id, _ = await post.subscribe()
    post.receiver.answers = ["500 Internal Server Error"]
    await post.tell("e-1")
    await post.deliver().round()
    post.clock.advance(timedelta(hours=120))
    await post.deliver().round()
    await post.tell("e-2")
    disabled = await post.keep.one(webhook_id)
    held_back = await post.deliver().round()

    post.receiver.answers = ["204 No Content"]
    wanted = Subscription(name="crm", url=post.receiver.url, event_types=(FACT,))
    again = await post.keep.change(webhook_id, wanted, disabled.revision)
    post.clock.advance(HOUR)
    await post.deliver().round()

    assert (disabled.state, disabled.reason, disabled.waiting) == (WebhookState.DISABLED, "failing:500", 2)
    assert held_back == 0
    assert again is not None
    assert (again.state, again.reason, again.failing_since) == (WebhookState.ACTIVE, None, None)
    assert [state for _, state, _ in await post.log(webhook_id)] == ["DELIVERED", "DELIVERED"]


async def test_a_success_ends_the_failing(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    post.receiver.answers = ["500 Internal Server Error", "204 No Content"]
    await post.tell("e-1")
    await post.deliver().round()
    failing = await post.keep.one(webhook_id)
    post.clock.advance(timedelta(hours=119))

    await post.deliver().round()

    assert failing.failing_since == post.began
    assert (await post.keep.one(webhook_id)).failing_since is None


async def test_a_receiver_that_is_gone_is_disabled_at_once(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    post.receiver.answers = ["410 Gone"]
    await post.tell("e-1")

    await post.deliver().round()

    found = await post.keep.one(webhook_id)
    assert (found.state, found.reason) == (WebhookState.DISABLED, "gone")


async def test_while_paused_nothing_leaves_and_nothing_is_lost(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    paused = Subscription(name="crm", url=post.receiver.url, event_types=(FACT,), state=WebhookState.PAUSED)
    await post.keep.change(webhook_id, paused, 1)
    await post.tell("e-1")
    during = await post.deliver().round()

    await post.keep.change(webhook_id, Subscription(name="crm", url=post.receiver.url, event_types=(FACT,)), 2)
    after = await post.deliver().round()

    assert (during, after) == (0, 1)


async def test_both_secrets_sign_during_a_rotation_and_the_new_one_alone_after_it(post: Post) -> None:
    webhook_id, old = await post.subscribe()
    new = await post.keep.rotate(webhook_id, HOUR)
    await post.tell("e-1")
    await post.deliver().round()

    post.clock.advance(HOUR)
    await post.tell("e-2")
    await post.deliver().round()

    during, after = post.receiver.received
    assert [len(one.headers["webhook-signature"].split()) for one in (during, after)] == [2, 1]
    for secret in (old, new):
        assert Webhook(secret).verify(during.body, during.headers) == {"id": "e-1"}


async def test_one_or_all_since_a_moment_are_sent_again_under_the_id_they_had(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    await post.tell("e-1")
    post.clock.advance(HOUR)
    await post.tell("e-2", "e-3")
    await post.deliver().round()
    first = await post.webhooks.deliveries(webhook_id, None, None, 10)

    await post.keep.replay(webhook_id, first[-1].delivery_id)
    await post.deliver().round()
    replayed = await post.keep.replay_since(webhook_id, post.began + HOUR)
    await post.deliver().round()

    assert replayed == 2
    sent = [(json.loads(one.body)["id"], one.headers["webhook-id"]) for one in post.receiver.received]
    assert sorted(one for one, _ in sent) == ["e-1", "e-1", "e-2", "e-2", "e-3", "e-3"]
    assert len({message for _, message in sent}) == 3


async def test_old_deliveries_are_forgotten(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    await post.tell("e-1")
    post.clock.advance(HOUR)
    await post.tell("e-2")

    forgotten = await post.deliveries.forget(post.began + HOUR)

    assert forgotten == 1
    assert [one[0] for one in await post.log(webhook_id)] == ["e-2"]


async def test_a_subscription_that_is_deleted_leaves_nothing(post: Post) -> None:
    webhook_id, _ = await post.subscribe()
    await post.tell("e-1")

    await post.keep.delete(webhook_id)

    assert await post.deliver().round() == 0
    assert await post.webhooks.deliveries(webhook_id, None, None, 10) == []
    assert await post.webhooks.one(str(uuid4())) is None
