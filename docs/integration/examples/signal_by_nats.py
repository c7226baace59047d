"""Publishes one signal on NATS JetStream, and waits for the event that tells its verdict.

    python signal_by_nats.py nats://127.0.0.1:4222 <campaign> <client> <step> [<ticked item> …]

Campaign and client are named as the CRM calls them. Needs `nats-py`.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

import nats

SIGNAL = "campaigns.crm.signal_sent.v1"
DECIDED = "campaigns.followup.signal_decided.v1"


async def main(server: str, campaign: str, client: str, step: str, *ticked: str) -> None:
    """Subscribe first, publish, and print the verdict."""
    connection = await nats.connect(server)
    jetstream = connection.jetstream()
    verdicts = await jetstream.subscribe(f"{DECIDED}.>", ordered_consumer=True, deliver_policy="new")
    signal = {
        "id": f"{client}-{step}-by-nats",
        "type": "step_completed",
        "campaign": campaign,
        "client": client,
        "step": step,
        "ticked": list(ticked),
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    envelope = {
        "specversion": "1.0",
        "id": signal["id"],
        "source": "crm",
        "type": SIGNAL,
        "subject": client,
        "time": signal["occurred_at"],
        "data": {"signal": signal},
    }
    # It returns when the signal is on disk. The last token is yours: one word about whom it is.
    await jetstream.publish(f"{SIGNAL}.signal", json.dumps(envelope).encode(), headers={"Nats-Msg-Id": signal["id"]})
    while True:
        decided = json.loads((await verdicts.next_msg(timeout=60)).data)["data"]
        if decided["signal_id"] == signal["id"]:
            break
    print(decided["signal_id"], decided["verdict"], decided["follow_up_id"], decided["code"] or "")
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
