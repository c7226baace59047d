"""An e-mail that failed for good, sent again by whoever operates (spec 5.4, operations; ADR 0105).

It goes as it was written, to the client's present address, while its writer may still record for that client and the
step is still to be done.
"""

from services.followup.ports import FollowUpRow, Letters, LetterState, Reading, Rights, SentLetter
from services.followup.use_cases.send_letter import SendLetters, require_recordable
from shared.rulebook.access import Action, Target, may
from shared.rulebook.errors import Forbidden, Invalid, NotVisible, Refused
from shared.runtime.clock import Clock


class SendLettersAgain:
    """Failed letters, back on their way."""

    def __init__(self, letters: Letters, reading: Reading, rights: Rights, sending: SendLetters, clock: Clock) -> None:
        self._letters = letters
        self._reading = reading
        self._rights = rights
        self._sending = sending
        self._clock = clock

    async def retry(self, letter_id: str, by: str) -> SentLetter:
        """The letter, on its way again; one that is on its way stays so, and has an execution if the engine lost it.

        Raises NotVisible `letter_unknown`; Refused `letter_sent`, `letter_writer_out_of_reach`, `mail_not_configured`,
        or what recording it now would be refused for; Invalid `client_without_email`.
        """
        letter = await self._letters.one(letter_id)
        if letter is None:
            raise NotVisible("letter_unknown")
        if letter.state is LetterState.SENT:
            raise Refused("letter_sent")
        if letter.state is LetterState.FAILED:
            await self._letters.send_again(letter, await self._address(letter), by=by, at=self._clock.now())
            await self._sending.start_waiting()
        if letter.state is LetterState.WAITING:
            await self._sending.start_once_more(letter)
        return await self._letters.one(letter_id) or letter

    async def _address(self, letter: SentLetter) -> str:
        """Where the letter goes by now, once it is clear that it may go at all."""
        self._sending.require_ready()
        row = await self._as_its_writer_sees_it(letter)
        require_recordable(letter.actor, letter.step_id, row, self._clock.today())
        address = (await self._letters.addresses(letter.follow_up_id)).client_email
        if address is None:
            raise Invalid("client_without_email")
        return address

    async def _as_its_writer_sees_it(self, letter: SentLetter) -> FollowUpRow:
        writer = await self._rights.principal(letter.actor)
        row = None if writer is None else await self._reading.one(writer, letter.follow_up_id)
        if writer is None or row is None:
            raise Refused("letter_writer_out_of_reach")
        try:
            may(writer, Action.RECORD, Target(advisor_id=row.advisor_id, advisor_unit_path=row.advisor_unit_path))
        except (Forbidden, NotVisible):
            raise Refused("letter_writer_out_of_reach") from None
        return row
