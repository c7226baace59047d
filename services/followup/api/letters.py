"""E-mails to clients, sent from here."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.followup.api.commands import IdempotencyKey
from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.ports import Letters, Reading
from services.followup.schemas.letters import (
    LetterIn,
    LetterNotSentOut,
    LettersNotSent,
    LettersOut,
    LettersQuery,
    LetterStateOut,
)
from services.followup.use_cases.send_letter import LetterWish, SendLetters
from services.followup.use_cases.send_letter_again import SendLettersAgain
from services.followup.use_cases.visible import visible
from shared.rulebook.access import Action, may
from shared.runtime.security import CurrentPrincipal

_LATEST = 100


def letter_routes(sending: SendLetters, reading: Reading, letters: Letters) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups/{follow_up_id}/letters", tags=["letters"], dependencies=WITH_ACCESS)

    @router.post("", status_code=202)
    async def send(
        follow_up_id: UuidText, body: LetterIn, principal: CurrentPrincipal, idempotency_key: IdempotencyKey = None
    ) -> LetterStateOut:
        """Send an e-mail to the client; its step is completed once it is sent. The list tells what became of it.

        What would be refused once it is sent is refused now. The same Idempotency-Key and content again sends nothing.
        """
        wish = LetterWish(
            follow_up_id=follow_up_id,
            step_id=body.step_id,
            subject=body.subject,
            body=body.body,
            key=idempotency_key,
        )
        return LetterStateOut.of(await sending.ask(principal, wish))

    @router.get("")
    async def latest(follow_up_id: UuidText, principal: CurrentPrincipal) -> LettersOut:
        """The latest e-mails, on their way, sent or failed."""
        await visible(reading, principal, follow_up_id)
        found = await letters.of_follow_up(follow_up_id, _LATEST)
        return LettersOut(items=[LetterStateOut.of(letter) for letter in found])

    return router


def letters_not_sent_routes(letters: Letters, again: SendLettersAgain) -> APIRouter:
    """What operators see of e-mails; it stands before the routes of single follow-ups, whose path it shares."""
    router = APIRouter(prefix="/api/followups/letters", tags=["letters"])

    @router.get("")
    async def not_sent(principal: CurrentPrincipal, query: Annotated[LettersQuery, Query()]) -> LettersNotSent:
        """E-mails that are on their way or failed, the latest first. Takes the right OPERATOR."""
        may(principal, Action.OPERATE)
        found, counts = await letters.not_sent(query.wanted()), await letters.counts()
        return LettersNotSent.of(list(found), counts, query.limit)

    @router.post("/{letter_id}/retry", status_code=202)
    async def retry(principal: CurrentPrincipal, letter_id: UuidText) -> LetterNotSentOut:
        """Send a failed e-mail again, as it was written, to the client's present address; see ADR 0105.

        Takes the right OPERATOR. One that is on its way already stays so, and is taken up
        again if the engine lost it; 409 `letter_sent` for one that was sent,
        `letter_writer_out_of_reach` when whoever wrote it may no longer record for the client, and what recording it
        now would be refused for.
        """
        may(principal, Action.OPERATE)
        return LetterNotSentOut.of(await again.retry(letter_id, principal.user_id))

    return router
