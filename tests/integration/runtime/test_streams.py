"""What the streams keep: definitions for ever, what else is told of campaigns for a month."""

import asyncio
from datetime import UTC, date, datetime
from uuid import uuid4

import nats

from shared.contracts.campaign import CampaignDefined, CampaignMoment, MomentKind, StepDefinition
from shared.rulebook.steps import StepKind
from shared.runtime import streams

CAMPAIGN = str(uuid4())


def a_definition(version: int) -> CampaignDefined:
    return CampaignDefined(
        campaign_id=CAMPAIGN,
        campaign_key="k",
        version=version,
        name="Autumn",
        owner_id="o",
        creator_id="o",
        start_date=date(2026, 4, 1),
        end_date=date(2026, 5, 31),
        sales_step="call",
        steps=(StepDefinition(id="call", title="Call", kind=StepKind.TASK, mandatory=True),),
        notice_date=None,
        created_at=datetime(2026, 4, 1, tzinfo=UTC),
        saved_at=datetime(2026, 4, 1, tzinfo=UTC),
        saved_by="o",
    )


async def test_a_definition_outlives_what_else_is_told_of_its_campaign(bus, nats_url, monkeypatch):
    monkeypatch.setattr(streams, "_KEPT_FOR", 1.0)
    client = await nats.connect(nats_url)
    held = client.jetstream()

    await bus.publish(a_definition(1))
    await bus.publish(CampaignMoment(campaign_id=CAMPAIGN, kind=MomentKind.START, on=date(2026, 4, 1)))
    await bus.publish(a_definition(2))

    async def kept() -> dict[str, int]:
        return (await held.stream_info("CAMPAIGN", subjects_filter=">")).state.subjects or {}

    async with asyncio.timeout(10):
        while len(await kept()) > 1:
            await asyncio.sleep(0.05)
    assert await kept() == {f"{CampaignDefined.type}.{CAMPAIGN}": 2}
    await client.close()


async def test_streams_of_an_older_deployment_are_brought_up_to_date(bus):
    older = streams.stream_configs(1)[1]
    await bus.jetstream.delete_stream("CAMPAIGN")
    older.max_age, older.allow_msg_ttl = 30 * 86_400.0, None
    await bus.jetstream.add_stream(older)

    await bus.ensure_streams()

    config = (await bus.jetstream.stream_info("CAMPAIGN")).config
    assert (config.max_age, config.allow_msg_ttl) == (0, True)
