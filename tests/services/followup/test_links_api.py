"""A success linked to accounts and transactions: those of this client only, with the difference to the amount."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from shared.contracts.directory import HeldAccount, HeldTransaction
from tests.services.followup.conftest import STRANGER, Service

ACCOUNT, DEPOSIT, FEE, ELSEWHERE = (str(uuid4()) for _ in range(4))


@pytest.fixture
async def sold(service: Service) -> str:
    """A follow-up sold for 500 €; its client has an account with two movements."""
    follow_up = service.a_follow_up()
    client = service.log.known[follow_up].client_id
    account = HeldAccount(account_id=ACCOUNT, external_id="a1", label="Assurance vie", active=True)
    service.holdings.accounts[client, ACCOUNT] = account
    for id_, amount in ((DEPOSIT, "480.00"), (FEE, "-5.25")):
        service.holdings.transactions[client, id_] = HeldTransaction(
            transaction_id=id_,
            external_id=id_,
            account_id=ACCOUNT,
            label="Versement",
            booked_on=date(2026, 3, 31),
            amount=Decimal(amount),
            active=True,
        )
    yesterday = (service.clock.today() - timedelta(days=1)).isoformat()
    await service.command(follow_up, "Conclude", conclusion="SALE", on=yesterday, collected="500.00")
    return follow_up


async def link(service: Service, follow_up: str, *, key: str = "k", **ids: list[str]) -> httpx.Response:
    return await service.http.put(f"/api/followups/{follow_up}/links", json=ids, headers={"Idempotency-Key": key})


async def test_a_sale_is_linked_and_the_difference_is_shown(service: Service, sold: str) -> None:
    answer = await link(service, sold, accounts=[ACCOUNT], transactions=[DEPOSIT, FEE])
    again = await link(service, sold, accounts=[ACCOUNT], transactions=[DEPOSIT, FEE])

    assert [(one.status_code, one.json()["verdict"]) for one in (answer, again)] == [
        (200, "applied"),
        (200, "duplicate"),
    ]
    shown = (await service.http.get(f"/api/followups/{sold}/links")).json()
    assert [one["label"] for one in shown["accounts"]] == ["Assurance vie"]
    assert (shown["collected"], shown["total"], shown["difference"]) == ("500.00", "474.75", "-25.25")


async def test_accounts_alone_give_no_difference(service: Service, sold: str) -> None:
    await link(service, sold, accounts=[ACCOUNT])

    shown = (await service.http.get(f"/api/followups/{sold}/links")).json()

    assert (shown["total"], shown["difference"]) == ("0.00", None)


async def test_what_is_not_the_clients_is_named_and_nothing_is_linked(service: Service, sold: str) -> None:
    answer = await link(service, sold, accounts=[ACCOUNT], transactions=[ELSEWHERE])

    assert (answer.status_code, answer.json()["code"]) == (422, "holdings_unknown")
    assert answer.json()["data"] == {"unknown": [ELSEWHERE]}
    assert (await service.http.get(f"/api/followups/{sold}/links")).json()["accounts"] == []


async def test_a_transaction_that_is_gone_is_said_to_be_unknown(service: Service, sold: str) -> None:
    await link(service, sold, transactions=[DEPOSIT])
    service.holdings.transactions.clear()

    shown = (await service.http.get(f"/api/followups/{sold}/links")).json()

    assert (shown["unknown"], shown["difference"]) == ([DEPOSIT], None)


async def test_a_follow_up_that_is_not_concluded_is_linked_to_nothing(service: Service, sold: str) -> None:
    other = service.a_follow_up("client-2")
    client = service.log.known[other].client_id
    service.holdings.accounts[client, ACCOUNT] = HeldAccount(
        account_id=ACCOUNT, external_id="a1", label="x", active=True
    )

    answer = await link(service, other, accounts=[ACCOUNT])

    assert (answer.status_code, answer.json()["code"]) == (409, "not_concluded")


async def test_a_stranger_sees_and_links_nothing(service: Service, sold: str) -> None:
    service.asker = STRANGER

    answers = [await link(service, sold, accounts=[ACCOUNT]), await service.http.get(f"/api/followups/{sold}/links")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "body", [{"accounts": ["x"]}, {"accounts": [str(uuid4()) for _ in range(51)]}, {"other": []}, {"accounts": None}]
)
async def test_what_is_no_list_of_ids_is_refused(service: Service, sold: str, body: dict[str, object]) -> None:
    answer = await service.http.put(f"/api/followups/{sold}/links", json=body)

    assert answer.status_code == 422
