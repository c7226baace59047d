"""Questions of other services."""

from services.directory.ports import Account, Holdings, Transaction
from shared.contracts.directory import ClientHoldings, HeldAccount, HeldTransaction, HoldingsFound
from shared.runtime.messaging import Bus


async def answer_questions(bus: Bus, holdings: Holdings) -> None:
    """Start answering."""

    async def client_holdings(question: ClientHoldings) -> HoldingsFound:
        """Whoever asks has checked the reach over the client."""
        accounts = await holdings.accounts_held(question.client_id, question.account_ids)
        transactions = await holdings.transactions_held(question.client_id, question.transaction_ids)
        return HoldingsFound(
            accounts=tuple(map(_account, accounts)), transactions=tuple(map(_transaction, transactions))
        )

    await bus.answer(ClientHoldings, client_holdings)


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
