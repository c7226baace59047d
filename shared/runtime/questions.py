"""Questions from service to service: request and reply, with errors that keep their code."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from time import perf_counter
from typing import Any, TypeVar

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic import ValidationError

from shared.contracts.problems import Problem
from shared.contracts.wire import Answer, Question
from shared.rulebook.errors import RuleBroken
from shared.runtime import metrics
from shared.runtime.background import outcome_of
from shared.runtime.connection import known_to_server
from shared.runtime.logging import logger
from shared.runtime.problems import problem_of, status_of

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)
Q = TypeVar("Q", bound=Question)

_ERROR_HEADER = "Jalon-Error"
_AT_ONCE = 64
_LAST_WORDS = 10.0
"""Seconds that questions under way are given when the answering stops."""
_log = logger(__name__)


class NobodyAnswers(Exception):  # noqa: N818  the name is the message
    """No answer came: the service that owns the question is away, or too slow."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


class QuestionRefused(Exception):  # noqa: N818  the name is the message
    """The service asked said no, or failed; `problem` is what it said."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return self.problem.code

    @property
    def data(self) -> dict[str, Any]:
        """The values behind it."""
        return self.problem.data


async def ask(client: Client, question: Question, answer: type[AnyAnswer], patience: float) -> AnyAnswer:
    """See `Bus.ask`."""
    try:
        reply = await client.request(question.subject, question.model_dump_json().encode(), timeout=patience)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise NobodyAnswers(question.subject) from error
    if reply.headers and _ERROR_HEADER in reply.headers:
        raise QuestionRefused(Problem.model_validate_json(reply.data))
    return answer.model_validate_json(reply.data)


class Answering:
    """One question that is answered until it is stopped."""

    def __init__(self, subscription: Subscription, running: set[asyncio.Task[None]]) -> None:
        self._subscription = subscription
        self._running = running

    async def stop(self) -> None:
        """Take no more, and let what is under way end: cut off, it would leave its database connection open."""
        with suppress(nats.errors.Error, OSError):  # a connection that is gone brings nothing more
            await self._subscription.unsubscribe()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=_LAST_WORDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def answer(client: Client, question: type[Q], handler: Callable[[Q], Awaitable[Answer]]) -> Answering:
    """See `Bus.answer`."""
    turn = asyncio.Semaphore(_AT_ONCE)
    running: set[asyncio.Task[None]] = set()

    async def respond(message: Msg) -> None:
        try:
            await _respond(client, message, question, handler)
        finally:
            turn.release()

    async def receive(message: Msg) -> None:
        await turn.acquire()  # messages beyond it wait in the subscription, in order
        task = asyncio.create_task(respond(message))
        running.add(task)
        task.add_done_callback(running.discard)

    subscription = await client.subscribe(question.subject, queue=question.subject, cb=receive)
    await known_to_server(client)  # whoever asks from here on finds somebody who answers
    return Answering(subscription, running)


async def _respond(client: Client, message: Msg, question: type[Q], handler: Callable[[Q], Awaitable[Answer]]) -> None:
    began = perf_counter()
    body, headers, outcome = await _reply(message.data, question, handler)
    metrics.QUESTION_SECONDS.labels(question.subject, outcome).observe(perf_counter() - began)
    try:
        await client.publish(message.reply, body, headers=headers)
    except (nats.errors.Error, OSError):
        _log.warning("an answer could not be sent", question=question.subject)


async def _reply(
    data: bytes, question: type[Q], handler: Callable[[Q], Awaitable[Answer]]
) -> tuple[bytes, dict[str, str] | None, str]:
    answers: list[Answer] = []

    async def work() -> None:
        answers.append(await handler(question.model_validate_json(data)))

    error = await outcome_of(work())
    if error is None:
        return answers[0].model_dump_json().encode(), None, "answered"
    if isinstance(error, ValidationError):
        _log.error("a question could not be read", question=question.subject, errors=error.error_count())
    elif not isinstance(error, RuleBroken) and status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("a question failed", question=question.subject, exc_info=error)
    problem = problem_of(error)
    return problem.model_dump_json().encode(), {_ERROR_HEADER: problem.code}, problem.code
