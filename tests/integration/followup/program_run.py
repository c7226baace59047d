"""One random program on real servers, beside the plain model."""

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.contracts.crm import SignalSent
from shared.rulebook.ids import client_id
from tests.integration.followup.program_crowds import Crowds
from tests.integration.followup.program_moves import Act, Again, Batch, Crowd, Edit, House, Move, Pass, Target
from tests.integration.followup.program_service import MANY
from tests.integration.followup.program_words import ADVISORS, SCREEN, TYPES, bare, envelope
from tests.integration.followup.waiting import until
from tests.integration.followup.world import a_definition


@dataclass(slots=True)
class Run(Crowds):
    """Makes one move after another."""

    async def begin(self) -> None:
        """The campaign, two clients who entered, at noon of a day."""
        clock = self.world.clock
        noon = clock.instant(clock.today() + timedelta(days=1), time(12))
        clock.move(noon - clock.now())
        self.campaign = str(uuid4())
        await self.world.definitions.hold(a_definition(self.campaign, steps=self.held))
        for number in range(2):
            await self.move(Target(number, -4))

    async def move(self, move: Move) -> None:
        """Make one move in the service and in the model, and let everything come to rest."""
        match move:
            case Act():
                await self._act(move)
            case Batch():
                await self._signals([self._signal(act) for act in move.acts])
            case Crowd():
                await self.crowd(move)
            case Again():
                await self._again(move)
            case Edit():
                await self.edit(move)
            case Target():
                await self._target(move)
            case Pass():
                self.world.clock.move(timedelta(days=move.days))
                self.plain.expire(self.world.clock.now())
            case House():
                await self._in_the_house(move.what)
        await self.rest()

    async def _in_the_house(self, what: str) -> None:
        match what:
            case "archive":
                await self._archive()
            case "engine":
                self.engine.kill()
                self.engine.start()
            case _:
                await self.begin_anew()

    async def _act(self, act: Act) -> None:
        if act.what == "reassign":
            wanted = self.wanted(str(uuid4()), act)
            follow_up = self.follow_up(self.client(act.client))
            if self.client(act.client) in self.plain.clients:
                await self.world.house.reassign([(follow_up, wanted.kind, len(self.sent) + 10**6)])
                self.plain.take(self.client(act.client), [wanted], self.today)
        elif act.door == "screen" or act.what not in TYPES:
            await self._screen(act, f"{self.tag}-s{len(self.sent)}")
        else:
            await self._signals([self._signal(act)], door=act.door)

    async def _screen(self, act: Act, key: str) -> None:
        client, said = self.client(act.client), self.said(act)
        answer = await self.door.command(self.follow_up(client), SCREEN[act.what], key=key, **said)
        if client not in self.plain.clients:
            assert answer.status_code == 404, answer.text
            return
        self.plain.take(client, [self.wanted(key, act, screen=True)], self.today)
        self.sent.append((client, act, {"key": key, **said}))
        self._same(answer, key)

    def _same(self, answer: Any, key: str) -> None:
        told, expected = answer.json(), self.plain.verdicts[key]
        got = ("applied", told.get("number")) if answer.status_code == 200 else ("refused", told.get("code"))
        assert got == expected, (got, expected, told)

    def _signal(self, act: Act) -> tuple[str, Act, dict[str, Any]]:
        return self.client(act.client), act, self.signal(act)

    async def _signals(self, signals: list[tuple[str, Act, dict[str, Any]]], door: str = "http") -> None:
        for client in dict.fromkeys(client for client, _, _ in signals):
            wanted = [self.wanted(said["id"], act) for one, act, said in signals if one == client]
            alive = self.takes_direct_signals(client)
            self.plain.take(client, wanted, self.today)
        if door == "http" or (door == "direct" and not alive):
            body = {"signals": [said for _, _, said in signals]}
            answer = await self.crm.http.post("/api/followups/signals", json=body)
            assert answer.status_code == 200, answer.text
            return
        for client, _, said in signals:
            if door == "nats":
                await self.world.bus.jetstream.publish(f"{SignalSent.type}.x", envelope(said))
            else:
                await self.world.execution(self.follow_up(client)).signal(said["type"], bare(said))
            await until(lambda id_=said["id"]: self.world.log.verdicts("crm", [id_]))

    async def _again(self, again: Again) -> None:
        if not self.sent:
            return
        client, act, said = self.sent[again.which % len(self.sent)]
        other = {"note": "other"} if again.other else {}
        if "key" in said:
            fields = {name: value for name, value in said.items() if name != "key"} | other
            answer = await self.door.command(self.follow_up(client), SCREEN[act.what], key=said["key"], **fields)
            if again.other:
                assert (answer.status_code, answer.json()["code"]) == (409, "id_reused"), answer.text
            else:
                self._same(answer, said["key"])
            return
        said = said | other
        if again.door == "nats":
            await self.world.bus.jetstream.publish(f"{SignalSent.type}.x", envelope(said))
        elif again.door == "direct" and self.takes_direct_signals(client):
            await self.world.execution(self.follow_up(client)).signal(said["type"], bare(said))
        else:
            answer = await self.crm.http.post("/api/followups/signals", json={"signals": [said]})
            assert answer.status_code == 200, answer.text
            (told,) = answer.json()["verdicts"]
            kind, detail = self.plain.verdicts[said["id"]]
            expected = ("refused", "id_reused") if again.other else ("duplicate" if kind == "applied" else kind, detail)
            assert (told["verdict"], told["number"] or told["code"]) == expected, (told, expected)

    async def _target(self, move: Target) -> None:
        client, entry, advisor = self.client(move.client), self.today + timedelta(days=move.days), ADVISORS[0]
        one = TargetedClient(client_id=client_id(client), advisor_id=advisor, potential=Decimal(1000), entry_date=entry)
        now = self.world.clock.now()
        batch = ClientsTargeted(
            campaign_id=self.campaign, job_id=str(uuid4()), batch=0, clients=(one,), targeted_by="x", targeted_at=now
        )
        await self.world.house.target_again(batch, await self.world.targeting.enrol(batch))
        await self.world.upkeep.start_executions()
        self.plain.target(client, entry, advisor, self.today)

    async def _archive(self) -> None:
        archived = not self.plain.archived
        definition = a_definition(self.campaign, self.plain.version + 1, steps=self.held, archived=archived)
        await self.world.definitions.hold(definition)
        await self.rest()
        self.plain.archive(self.today)
        await self.world.archiving.ask()
        await self.world.archiving.start_executions()
        await until(self._is_settled, within=MANY.total_seconds())

    async def _is_settled(self) -> bool:
        """No follow-up stands as before the archiving, or before it was taken back."""
        left = "OPEN" if self.plain.archived else "ARCHIVED"
        of = "select count(*) from follow_ups where campaign_id = :campaign"
        return await self.count(f"{of} and coalesce(closing, 'OPEN') = '{left}'") == 0
