"""An e-mail to a client, from the wish of a person to the fact that it was sent (spec 5.4, EMAIL).

It is sent first and recorded then: a step is complete when its e-mail is sent, and not before.
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.followup.ports import (
    Addresses,
    FollowUpRow,
    LetterEngine,
    Letters,
    LetterState,
    NewCommand,
    Reading,
    SentLetter,
)
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import fingerprint, said
from services.followup.use_cases.visible import visible
from shared.rulebook.access import Action, Principal, Target, may
from shared.rulebook.commands import Circumstances, Command, CompleteStep, RecordInteraction
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.steps import StepKind
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7
from shared.runtime.mail import Carrier, Mail, MailRefused

_PAGE = 100
_LONGEST_PROBLEM = 500
_GAVE_UP = "not delivered in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWish:
    """What a person wants sent; `step_id` None is an unplanned e-mail, `key` the sender's own id for it."""

    follow_up_id: str
    step_id: str | None
    subject: str
    body: str
    key: str | None


class SendLetters:
    """Letters asked for, carried and recorded."""

    def __init__(
        self,
        letters: Letters,
        reading: Reading,
        desk: CommandDesk,
        clock: Clock,
        *,
        carrier: Carrier,
        engine: LetterEngine,
    ) -> None:
        self._letters = letters
        self._reading = reading
        self._desk = desk
        self._carrier = carrier
        self._engine = engine
        self._clock = clock

    async def ask(self, principal: Principal, wish: LetterWish) -> SentLetter:
        """The letter, on its way, or as it stands when it was asked for before.

        Raises NotVisible and Forbidden; Refused `mail_not_configured`, `not_an_email`, `id_reused`, or what recording
        it now would be refused for; Invalid `client_without_email`.
        """
        row = await visible(self._reading, principal, wish.follow_up_id)
        may(principal, Action.RECORD, Target(advisor_id=row.advisor_id, advisor_unit_path=row.advisor_unit_path))
        kept = await self._letters.asked_before(_source(principal), wish.key) if wish.key else None
        if kept is None:
            letter = self._letter(principal, wish, row, await self._letters.addresses(wish.follow_up_id))
            kept = await self._letters.keep(letter)
            await self.start_waiting()
        if kept.content != _content(wish):
            raise Refused("id_reused", {"id": kept.source_id})
        return kept

    def require_ready(self) -> None:
        """Refused `mail_not_configured` where no mail server is."""
        if not self._carrier.ready:
            raise Refused("mail_not_configured")

    async def start_waiting(self) -> int:
        """Start the executions of letters that have none; answers how many were started."""
        waiting = await self._letters.not_started(_PAGE)
        started = [one for one in waiting if await self._engine.start_letter(*one)]
        if started:
            await self._letters.mark_started(started)
        return len(started)

    async def start_once_more(self, letter: SentLetter) -> None:
        """Start the execution of a letter that is on its way, which changes nothing while it runs."""
        await self._engine.start_letter(letter.letter_id, letter.sending)

    async def deliver(self, letter_id: str, *, last: bool, sending: int = 1) -> LetterState | None:
        """Send the letter and record it; WAITING when it has to be tried again, which it is not after the `last` time.

        None for a letter that nobody knows, or that is by now in the hands of a later `sending`.
        Whoever dies in between leaves it WAITING, or sent and not recorded: asked again, both are made good. A mail
        server that was gone before it answered may get the same message, under the same id, a second time.
        """
        letter = await self._letters.one(letter_id)
        if letter is None or letter.sending != sending:
            return None
        if letter.state is LetterState.WAITING:
            letter = await self._carried(letter, last=last)
        if letter.state is LetterState.SENT:
            await self._record(letter)
        return letter.state

    async def _carried(self, letter: SentLetter, *, last: bool) -> SentLetter:
        state, problem = LetterState.SENT, None
        try:
            await self._carrier.send(_mail(letter))
        except MailRefused as refused:
            state, problem = LetterState.FAILED, str(refused)[:_LONGEST_PROBLEM]
        except Exception as error:  # noqa: BLE001  whatever it was, it is kept, and the letter is tried again
            problem = f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM]
            if not last:
                await self._letters.tried(letter, problem)
                return letter
            state, problem = LetterState.FAILED, f"{_GAVE_UP}: {problem}"
        await self._letters.settle(letter, state, problem, self._clock.now())
        return await self._letters.one(letter.letter_id) or letter

    async def _record(self, letter: SentLetter) -> None:
        """The step completed by the e-mail; where that is refused by now, an unplanned e-mail, for it was sent."""
        sent_at = letter.settled_at or self._clock.now()
        unplanned = RecordInteraction(StepKind.EMAIL)
        command = unplanned if letter.step_id is None else CompleteStep(letter.step_id)
        verdict = await self._desk.submit(self._command(letter, command, sent_at))
        if verdict.kind == "refused" and letter.step_id is not None:
            await self._desk.submit(self._command(letter, unplanned, sent_at))

    def _command(self, letter: SentLetter, command: Command, sent_at: datetime) -> NewCommand:
        return NewCommand(
            command_id=uuid7(),
            source="letters",
            source_id=f"{letter.letter_id}/{type(command).__name__}",
            content=fingerprint(said(command)),
            follow_up_id=letter.follow_up_id,
            command=command,
            door="screen",
            actor=letter.actor,
            occurred_at=sent_at,
            received_at=self._clock.now(),
            details={"subject": letter.subject, "body": letter.body},
        )

    def _letter(self, principal: Principal, wish: LetterWish, row: FollowUpRow, addresses: Addresses) -> SentLetter:
        self.require_ready()
        require_recordable(principal.user_id, wish.step_id, row, self._clock.today())
        if addresses.client_email is None:
            raise Invalid("client_without_email")
        letter_id, now = uuid7(), self._clock.now()
        return SentLetter(
            letter_id=letter_id,
            source=_source(principal),
            source_id=wish.key or letter_id,
            content=_content(wish),
            follow_up_id=wish.follow_up_id,
            step_id=wish.step_id,
            recipient=addresses.client_email,
            reply_to=addresses.advisor_email,
            sender_name=row.advisor_name or "",
            subject=wish.subject,
            body=wish.body,
            actor=principal.user_id,
            asked_at=now,
        )


def require_recordable(actor: str, step_id: str | None, row: FollowUpRow, today: date) -> None:
    """What would be refused once the e-mail is sent is refused before."""
    plan = row.definition.plan()
    command: Command = RecordInteraction(StepKind.EMAIL)
    if step_id is not None:
        command = CompleteStep(step_id)
        step = next((step for step in plan.steps if step.id == step_id), None)
        if step is not None and step.kind is not StepKind.EMAIL:
            raise Refused("not_an_email", {"step": step_id})
    decide(row.state, command, plan, Circumstances(today=today, occurred_on=today, actor=actor))


def _source(principal: Principal) -> str:
    return f"user:{principal.user_id}"


def _content(wish: LetterWish) -> str:
    return fingerprint(
        {"follow_up": wish.follow_up_id, "step": wish.step_id, "subject": wish.subject, "body": wish.body}
    )


def _mail(letter: SentLetter) -> Mail:
    return Mail(
        to=letter.recipient,
        subject=letter.subject,
        text=letter.body,
        message_id=letter.letter_id,
        sender_name=letter.sender_name,
        reply_to=letter.reply_to,
    )
