"""Link a success to the client's accounts and transactions, and show what that comes to (spec 5.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.followup.ports import Holdings, Reading, Verdict
from services.followup.use_cases.take_commands import TakeCommands, Wish
from services.followup.use_cases.visible import visible
from shared.contracts.directory import HeldAccount, HeldTransaction, HoldingsFound
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid
from shared.rulebook.holdings import NOT_LINKED, Linked, LinkHoldings, link_difference


@dataclass(frozen=True, slots=True)
class Links:
    """What a conclusion is linked to, as the directory now tells it; `unknown` are ids that it no longer knows."""

    collected: Decimal | None
    accounts: Sequence[HeldAccount]
    transactions: Sequence[HeldTransaction]
    unknown: Sequence[str]
    total: Decimal
    difference: Decimal | None
    """`total` less `collected`; None without transactions."""


class LinkHoldingsOf:
    """The door of people to the links of one follow-up."""

    def __init__(self, take: TakeCommands, reading: Reading, holdings: Holdings) -> None:
        self._take = take
        self._reading = reading
        self._holdings = holdings

    async def link(self, principal: Principal, follow_up_id: str, wish: LinkHoldings, *, key: str | None) -> Verdict:
        """The verdict. Invalid `holdings_unknown` names what is not the client's; nothing is linked then."""
        row = await visible(self._reading, principal, follow_up_id)
        found = await self._holdings.found(row.client_id, wish.accounts, wish.transactions)
        unknown = _unknown(wish, found)
        if unknown:
            raise Invalid("holdings_unknown", {"unknown": unknown})
        said = {"accounts": list(wish.accounts), "transactions": list(wish.transactions)}
        return await self._take.take(principal, Wish(follow_up_id=follow_up_id, command=wish, said=said, key=key))

    async def shown(self, principal: Principal, follow_up_id: str) -> Links:
        """The links with labels and amounts; none where nothing is concluded."""
        row = await visible(self._reading, principal, follow_up_id)
        conclusion = row.state.conclusion
        linked = NOT_LINKED if conclusion is None else conclusion.linked
        found = await self._holdings.found(row.client_id, linked.accounts, linked.transactions)
        amounts = [one.amount for one in found.transactions]
        collected = None if conclusion is None else conclusion.collected
        return Links(
            collected=collected,
            accounts=found.accounts,
            transactions=found.transactions,
            unknown=_unknown(linked, found),
            total=sum(amounts, Decimal(0)),
            difference=None if collected is None else link_difference(collected, amounts),
        )


def _unknown(named: Linked | LinkHoldings, found: HoldingsFound) -> list[str]:
    """What was named and is not the client's, in order."""
    known = {one.account_id for one in found.accounts} | {one.transaction_id for one in found.transactions}
    return sorted({*named.accounts, *named.transactions} - known)
