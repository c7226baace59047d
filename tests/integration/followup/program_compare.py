"""What a program left in the service is compared with what it left in the model."""

from decimal import Decimal

from shared.rulebook.history import replay
from tests.integration.followup.door import EVERYBODY
from tests.integration.followup.plain_rules import END, PlainFollowUp
from tests.integration.followup.program_run import Run


async def compare(run: Run) -> None:
    """Facts, verdicts and what the pages show are those of the model; the facts give the state."""
    for client, plain in run.plain.clients.items():
        facts = await run.world.facts(run.follow_up(client))
        got = [(one.fact.kind.value, one.fact.step_id, one.fact.on, one.fact.version, one.fact.late) for one in facts]
        assert got == plain.facts, (got, plain.facts)
        state = replay(one.fact for one in facts)
        assert state == facts[-1].after
        assert (state.advisor_id, state.initial_potential) == (plain.advisor, plain.initial)
        ticked = {one.step_id: set(one.ticked) for one in state.entries if one.ticked}
        assert ticked == {step: items for step, items in plain.ticked.items() if items}
        await _compare_page(run, client, plain)
    for id_, expected in run.plain.verdicts.items():
        asked = await run.world.log.verdicts("crm", [id_]) or await run.world.log.verdicts(
            f"user:{EVERYBODY.user_id}", [id_]
        )
        assert [(one.kind, one.number or one.code) for one in asked] in ([expected], []), (id_, asked, expected)


async def _compare_page(run: Run, client: str, plain: PlainFollowUp) -> None:
    shown = await run.door.get(run.follow_up(client))
    today, rules = run.today, run.plain
    status = rules.status(plain, today)
    said = (
        shown["status"],
        shown["position"] or END,
        shown["number"],
        shown["entry_date"],
        Decimal(shown["potential"]),
    )
    position = rules.position(plain)
    assert said == (status, position, len(plain.facts), plain.entry_date.isoformat(), plain.potential)
    may_enter = status == "OPEN" and not rules.archived
    for step, one in zip(rules.steps, shown["steps"], strict=True):
        blockers, state = rules.blockers(plain, step.id), plain.states.get(step.id, "not_begun")
        enterable = may_enter and not blockers and state != "done"
        told = (one["id"], one["state"], one["group"], one["enterable"], one["blocked_by"])
        assert told == (step.id, state, rules.group(plain, step.id, today), enterable, blockers)
    if plain.conclusion is None:
        assert shown["conclusion"] is None
    else:
        expected = plain.conclusion | {"on": plain.conclusion["on"].isoformat()}
        got = {name: shown["conclusion"][name] for name in expected} | {
            "collected": Decimal(shown["conclusion"]["collected"])
        }
        assert got == expected
