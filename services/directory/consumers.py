"""Questions of other services."""

from services.directory.ports import Account, Addresses, Calendars, Holdings, Transaction
from services.directory.use_cases.hand_out import HandOut, Rights
from shared.contracts.directory import (
    AddressFound,
    CalendarFound,
    ClientHoldings,
    HeldAccount,
    HeldTransaction,
    HoldingsFound,
    PersonAddress,
    PresentCalendar,
)
from shared.contracts.queries import ClientsMatching, CountMatching
from shared.rulebook.access import Principal
from shared.rulebook.errors import Forbidden
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals
from shared.runtime.security import CRM, crm_principal, principal_from


async def answer_questions(bus: Bus, holdings: Holdings, calendars: Calendars) -> None:
    """Start answering."""

    async def client_holdings(question: ClientHoldings) -> HoldingsFound:
        """Whoever asks has checked the reach over the client."""
        accounts = await holdings.accounts_held(question.client_id, question.account_ids)
        transactions = await holdings.transactions_held(question.client_id, question.transaction_ids)
        return HoldingsFound(
            accounts=tuple(map(_account, accounts)), transactions=tuple(map(_transaction, transactions))
        )

    async def present_calendar(_question: PresentCalendar) -> CalendarFound:
        """Everybody may know it."""
        kept = await calendars.kept()
        return CalendarFound(
            country=kept.country,
            subdivision=kept.subdivision,
            closing_days=tuple(sorted(kept.closing_days)),
            revision=kept.revision,
        )

    await bus.answer(ClientHoldings, client_holdings)
    await bus.answer(PresentCalendar, present_calendar)


async def answer_addresses(bus: Bus, addresses: Addresses) -> None:
    """Start answering where people are written to."""

    async def person_address(question: PersonAddress) -> AddressFound:
        """Of nobody we know there is no address."""
        found = await addresses.of(question.user_id)
        return found or AddressFound(name="", email=None, language="fr")

    await bus.answer(PersonAddress, person_address)


async def answer_queries(bus: Bus, hand_out: HandOut) -> None:
    """Start answering which clients match a filter."""
    await bus.answer(CountMatching, hand_out.count)
    await bus.answer(ClientsMatching, hand_out.page)


def rights_of(principals: Principals) -> Rights:
    """Everybody's present rights, as this service holds them like every other."""

    async def of(user_id: str) -> Principal:
        if user_id == CRM:
            return crm_principal()
        await principals.fresh()
        record = principals.get(user_id)
        if record is None or not record.active:
            raise Forbidden("right_missing", {"missing": "access_level"})
        return principal_from(record)

    return of


def _account(account: Account) -> HeldAccount:
    return HeldAccount(
        account_id=account.id, external_id=account.external_id, label=account.label, active=account.active
    )


def _transaction(transaction: Transaction) -> HeldTransaction:
    return HeldTransaction(
        transaction_id=transaction.id,
        external_id=transaction.external_id,
        account_id=transaction.account_id,
        label=transaction.label,
        booked_on=transaction.booked_on,
        amount=transaction.amount,
        active=transaction.active,
    )
