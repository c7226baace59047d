"""How a replay speaks to the product: what passes by itself is tried again, what does not is said."""

import json
from collections import Counter

import httpx
import pytest

from tools.replay import signals
from tools.replay.disorder import Disorder
from tools.replay.expect import figures_of
from tools.replay.play import settled
from tools.replay.session import ReplayError, Session, UnexpectedAnswerError, crm_secret
from tools.seeded.bank_csv import write


class Product:
    """Answers each path with the next of its scripted answers, the last one for ever."""

    def __init__(self, **answers):
        self.answers = {f"/{path}": list(scripted) for path, scripted in answers.items()}
        self.asked = Counter()
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oidc/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}"})
        self.asked[request.url.path] += 1
        scripted = self.answers[request.url.path]
        answer = scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def session(self, *, patience: float = 5) -> Session:
        return Session("http://product", "s", patience=patience, transport=httpx.MockTransport(self))


class Uncounted:
    def advance(self, by): ...

    def reach(self, done): ...


FINE = httpx.Response(200, json={"fine": True})


async def test_what_passes_by_itself_is_tried_again():
    product = Product(thing=[httpx.ConnectError("away"), httpx.Response(503), httpx.Response(429), FINE])

    async with product.session() as session:
        assert await session.get("/thing") == {"fine": True}

    assert product.asked["/thing"] == 4


async def test_an_expired_token_is_renewed():
    product = Product(thing=[FINE, httpx.Response(401), FINE])

    async with product.session() as session:
        await session.get("/thing")
        await session.get("/thing")

    assert product.tokens == 2


async def test_what_does_not_pass_is_said_with_its_code():
    product = Product(thing=[httpx.Response(409, json={"code": "key_taken"})])

    async with product.session() as session:
        with pytest.raises(UnexpectedAnswerError, match="GET /thing: 409") as error:
            await session.get("/thing")

    assert error.value.code == "key_taken"


async def test_a_product_that_stays_away_ends_the_replay():
    product = Product(thing=[httpx.Response(503, text="down")])

    async with product.session(patience=0.5) as session:
        with pytest.raises(ReplayError, match="last 503 down"):
            await session.get("/thing")


def test_without_a_secret_the_replay_says_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.delenv("CRM_CLIENT_SECRET", raising=False)
    monkeypatch.setenv("JALON_DATA", str(tmp_path))

    with pytest.raises(ReplayError, match="crm-client-secret"):
        crm_secret()


def signals_of(clients: int, each: int) -> list[list[dict[str, str]]]:
    return [[{"id": f"{client}-{number}"} for number in range(each)] for client in range(clients)]


async def test_a_clients_signals_travel_together_in_batches_of_two_hundred_and_fifty_at_most():
    sizes = []

    def applied(request: httpx.Request) -> httpx.Response:
        sent = [signal["id"] for signal in json.loads(request.content)["signals"]]
        sizes.append(len(sent))
        assert len({one.partition("-")[0] for one in sent}) * 7 == len(sent)
        return httpx.Response(200, json={"verdicts": [{"id": one, "verdict": "applied"} for one in sent]})

    async with Product(**{"api/followups/signals": [applied]}).session() as session:
        sent = await signals.send(session, signals_of(80, 7), Uncounted())

    assert sorted(sizes) == [70, 245, 245]
    assert (sent.applied, sent.refused) == (560, [])


async def test_an_undecided_signal_is_asked_for_until_it_is_decided():
    pending = {"verdicts": [{"id": "0-0", "verdict": "pending"}, {"id": "0-1", "verdict": "parked"}]}
    half = {"verdicts": [{"id": "0-0", "verdict": "applied"}, {"id": "0-1", "verdict": "parked"}]}
    rest = {"verdicts": [{"id": "0-1", "verdict": "duplicate"}]}
    answers = [httpx.Response(200, json=body) for body in (pending, half, rest)]

    async with Product(**{"api/followups/signals": answers}).session() as session:
        sent = await signals.send(session, signals_of(1, 2), Uncounted())

    assert (sent.applied, sent.refused) == (2, [])


async def test_a_refused_signal_is_named_with_its_reason():
    verdicts = [{"id": "0-0", "verdict": "refused", "code": "mandatory_step_missing"}]
    answers = [httpx.Response(200, json={"verdicts": verdicts})]

    async with Product(**{"api/followups/signals": answers}).session() as session:
        sent = await signals.send(session, signals_of(1, 1), Uncounted())

    assert sent.refused == ["0-0: mandatory_step_missing"]


async def test_figures_that_lag_behind_are_waited_for(tmp_path):
    expected, early = figures_of(write(tmp_path / "bank.csv")), figures_of(tmp_path / "bank.csv", rows=50)
    seen = [early, early, expected]

    async def read():
        return seen.pop(0)

    result = await settled(read, expected)

    assert result.differences == []


async def test_figures_that_stay_wrong_are_told(tmp_path):
    expected, wrong = figures_of(write(tmp_path / "bank.csv")), figures_of(tmp_path / "bank.csv", rows=199)

    async def read():
        return wrong

    result = await settled(read, expected, within=0.1)

    assert result.differences[0] == "clients: the file says 200, the reports say 199"


async def test_what_waits_for_those_behind_it_is_asked_for_when_all_are_sent():
    sent_before_asking = []

    def received(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            ids = request.url.params.get_list("ids")
            return httpx.Response(200, json={"verdicts": [{"id": one, "verdict": "applied"} for one in ids]})
        sent_before_asking.extend(signal["id"] for signal in json.loads(request.content)["signals"])
        return httpx.Response(200, json={"verdicts": [{"id": one, "verdict": "parked"} for one in sent_before_asking]})

    async with Product(**{"api/followups/signals": [received]}).session() as session:
        disorder = Disorder(twice=True, shuffled=True)
        sent = await signals.send(session, disorder.of(signals_of(200, 2)), Uncounted(), verdicts_last=True)

    assert (sent.applied, sent.refused, len(sent_before_asking)) == (400, [], 800)


def test_disorder_keeps_every_signal_and_is_the_same_for_one_seed():
    clients = signals_of(5, 3)

    twice = list(Disorder(twice=True).of(clients))
    shuffled = [list(Disorder(twice=True, shuffled=True, seed=seed).of(clients)) for seed in (1, 1, 2)]

    assert twice == [[*signals, *signals] for signals in clients]
    assert [sorted(one["id"] for (one,) in order) for order in shuffled] == [
        sorted(one["id"] for signals in twice for one in signals)
    ] * 3
    assert shuffled[0] == shuffled[1] != shuffled[2]
