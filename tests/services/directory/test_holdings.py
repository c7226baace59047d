"""Accounts and transactions of clients: put by JSON or CSV, read within reach, asked for over NATS."""

import pytest

from shared.contracts.directory import ClientHoldings, HoldingsFound
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import account_id, client_id, transaction_id
from shared.runtime.messaging import Bus, QuestionRefused
from tests.services.directory.conftest import a_client, a_user
from tests.support.fakes_directory import a_principal

PATH = ("network", "north", "lille")


def an_account(external_id: str, client: str = "c1", **changes: object) -> dict[str, object]:
    return {"external_id": external_id, "client": client, "label": external_id.title()} | changes


def a_transaction(external_id: str, account: str = "a1", **changes: object) -> dict[str, object]:
    row = {"external_id": external_id, "account": account, "booked_on": "2026-03-31", "amount": "12.34"}
    return row | {"label": external_id.title()} | changes


@pytest.fixture
async def clients(door):
    await door.set_up_network()
    await door.put("users", [a_user("anne"), a_user("bob")])
    await door.put("clients", [a_client("c1"), a_client("c2", "bob")])
    door.people["anne"] = a_principal("anne", AccessLevel.OWN, path=PATH)
    return door


async def test_accounts_and_transactions_are_put_and_a_second_time_change_nothing(clients):
    accounts = [an_account("a1", kind="Life insurance", opened_on="2020-01-31"), an_account("a2", "ghost")]
    transactions = [a_transaction("t1"), a_transaction("t2", "ghost"), a_transaction("t1", amount="1")]

    first = await clients.put("accounts", accounts), await clients.put("transactions", transactions)
    second = await clients.put("accounts", accounts), await clients.put("transactions", transactions)

    assert [(answer["upserted"], answer["unchanged"]) for answer in (*first, *second)] == [
        (1, 0),
        (1, 0),
        (0, 1),
        (0, 1),
    ]
    assert [[error["code"] for error in answer["errors"]] for answer in first] == [
        ["unknown_client"],
        ["unknown_account", "duplicate_in_call"],
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "1234.567"}, "amount_not_exact"),
        ({"amount": 0.001}, "amount_not_exact"),
        ({"amount": "1,234"}, "amount_ambiguous"),
        ({"amount": "1e400"}, "amount_invalid"),
        ({"amount": "NaN"}, "amount_invalid"),
        ({"amount": ""}, "amount_invalid"),
        ({"amount": True}, "amount_invalid"),
        ({"amount": None}, "amount_invalid"),
        ({"amount": 10**16}, "amount_too_large"),
        ({"booked_on": "9999-12-31"}, "date_out_of_range"),
        ({"booked_on": "31/02/2026"}, "date_invalid"),
        ({"booked_on": 20260331}, "date_invalid"),
        ({"label": "a\0b"}, "control_characters"),
        ({"account": None}, "invalid"),
        ({"currency": "EUR"}, "unknown_field"),
    ],
)
async def test_a_wrong_cell_costs_its_own_row_only(clients, changes, code):
    await clients.put("accounts", [an_account("a1")])

    answer = await clients.put("transactions", [a_transaction("t1", **changes), a_transaction("t2")])

    assert (answer["upserted"], [error["code"] for error in answer["errors"]]) == (1, [code])


async def test_a_number_that_json_cannot_hold_is_refused(clients):
    await clients.put("accounts", [an_account("a1")])

    row = '{"external_id": "t1", "account": "a1", "booked_on": "2026-03-31", "label": "x", "amount": 1e400}'
    answer = await clients.http.put(
        "/api/directory/transactions",
        content=f'{{"items": [{row}]}}',
        headers={"Authorization": "Bearer crm", "Content-Type": "application/json"},
    )

    assert [error["code"] for error in answer.json()["errors"]] == ["amount_invalid"]


async def test_a_file_is_imported_as_people_write_days_and_amounts(clients):
    await send(clients, "accounts", "external_id;client;label;kind;active\na1;c1;Épargne;;oui\na2;c1;Compte;PEA;non\n")
    rows = (
        "external_id;account;booked_on;amount;label\nt1;a1;31/03/2026;1 234,56;Versement\nt2;a1;2026-04-01;-50;Rachat\n"
    )

    rehearsed = await send(clients, "transactions", rows + "t3;a1;1/4/2026;1,234;?\n", dry_run=True)
    none = (await clients.get(f"clients/{client_id('c1')}/transactions")).json()
    kept = await send(clients, "transactions", rows)

    assert (rehearsed["upserted"], [error["code"] for error in rehearsed["errors"]]) == (2, ["amount_ambiguous"])
    assert none == {"items": [], "next": None}
    assert (kept["upserted"], kept["refused"]) == (2, 0)
    shown = (await clients.get(f"clients/{client_id('c1')}/transactions")).json()["items"]
    assert [(one["booked_on"], one["amount"]) for one in shown] == [("2026-04-01", "-50.00"), ("2026-03-31", "1234.56")]


async def test_what_a_client_holds_is_shown_within_reach_only(clients):
    await clients.put("accounts", [an_account("a1"), an_account("a2", "c2")])
    await clients.put("transactions", [a_transaction("t1"), a_transaction("t2", "a2")])

    for what in ("accounts", "transactions"):
        assert len((await clients.get(f"clients/{client_id('c1')}/{what}", by="anne")).json()["items"]) == 1
        hidden = await clients.get(f"clients/{client_id('c2')}/{what}", by="anne")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "client_not_found")
        clients.people["nobody"] = a_principal("anne", path=PATH)
        assert (await clients.get(f"clients/{client_id('c1')}/{what}", by="nobody")).status_code == 403


async def test_an_account_is_shown_with_what_the_crm_told_and_a_closed_one_on_request(clients):
    await clients.put(
        "accounts", [an_account("a1", kind="PEA", opened_on="2020-01-31"), an_account("a2", active=False)]
    )
    path = f"clients/{client_id('c1')}/accounts"

    assert (await clients.get(path)).json() == {
        "items": [
            {
                "account_id": account_id("a1"),
                "external_id": "a1",
                "label": "A1",
                "kind": "PEA",
                "opened_on": "2020-01-31",
                "active": True,
            }
        ],
        "next": None,
    }
    assert len((await clients.get(path, inactive=True)).json()["items"]) == 2


async def test_pages_of_transactions_follow_each_other_without_gap_or_repeat(clients):
    await clients.put("accounts", [an_account("a1"), an_account("a2")])
    rows = [a_transaction(f"t{row}", booked_on=f"2026-03-{1 + row // 3:02}") for row in range(10)]
    await clients.put("transactions", [*rows, a_transaction("other", "a2")])

    seen, after = [], None
    while True:
        params = {"account": account_id("a1"), "limit": 4} | ({"after": after} if after else {})
        page = (await clients.get(f"clients/{client_id('c1')}/transactions", **params)).json()
        seen += page["items"]
        after = page["next"]
        if after is None:
            break

    assert len({one["transaction_id"] for one in seen}) == len(seen) == 10
    assert [one["booked_on"] for one in seen] == sorted((one["booked_on"] for one in seen), reverse=True)


async def test_a_cursor_of_another_list_is_refused(clients):
    await clients.put("clients", [a_client("c3")])
    cursor = (await clients.get("clients", limit=1)).json()["next"]

    refused = await clients.get(f"clients/{client_id('c1')}/transactions", after=cursor)

    assert (refused.status_code, refused.json()["code"]) == (422, "cursor_invalid")


async def test_another_service_asks_which_of_some_ids_are_the_clients(clients, nats_url):
    await clients.put("accounts", [an_account("a1"), an_account("a2", "c2")])
    await clients.put("transactions", [a_transaction("t1", amount="-12.5"), a_transaction("t2", "a2")])
    bus = await Bus.connect(nats_url, name="asker")

    found = await bus.ask(
        ClientHoldings(
            client_id=client_id("c1"),
            account_ids=(account_id("a1"), account_id("a2")),
            transaction_ids=(transaction_id("t1"), transaction_id("t2"), transaction_id("none")),
        ),
        HoldingsFound,
        timeout=2,
    )

    assert [one.account_id for one in found.accounts] == [account_id("a1")]
    assert [(one.transaction_id, str(one.amount)) for one in found.transactions] == [(transaction_id("t1"), "-12.50")]
    with pytest.raises(QuestionRefused):
        await bus.ask(ClientHoldings.model_construct(client_id="x"), HoldingsFound, timeout=2)
    await bus.close()


async def send(door, kind: str, content: str, *, dry_run: bool = False) -> dict:
    answer = await door.http.post(
        f"/api/directory/imports/{kind}",
        params={"dry_run": dry_run},
        content=content,
        headers={"Authorization": "Bearer crm", "Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()
