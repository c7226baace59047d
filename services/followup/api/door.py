"""What every route about clients needs first: some access level at all."""

from fastapi import Depends

from shared.rulebook.access import Action, may
from shared.runtime.security import CurrentPrincipal


def _anybody_with_access(principal: CurrentPrincipal) -> None:
    may(principal, Action.QUERY_CLIENTS)


WITH_ACCESS = [Depends(_anybody_with_access)]
"""Whose level is NONE is told so, before anything is looked up (docs/decisions/0018)."""
