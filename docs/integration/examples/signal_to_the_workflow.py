"""Signals the workflow of one follow-up itself.

    python signal_to_the_workflow.py 127.0.0.1:7233 <follow-up id> <the CRM's own id>

Needs `temporalio`.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


async def main(address: str, follow_up: str, signal_id: str) -> None:
    """Send one; the workflow says which campaign and client it is about."""
    client = await Client.connect(address, namespace="default")
    workflow = client.get_workflow_handle(f"follow-up/{follow_up}")
    said = {"id": signal_id, "interaction": "APPOINTMENT", "occurred_at": datetime.now(UTC).isoformat()}
    try:
        await workflow.signal("interaction_recorded", said)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        # It is closed, or it never began: send the same signal by HTTP, under the same id.
        print(signal_id, "not_found")
        return
    print(signal_id, "sent")


asyncio.run(main(*sys.argv[1:]))
# The SDK's threads may outlive the interpreter of so short a process and abort it (temporalio/sdk-python#300).
sys.stdout.flush()
os._exit(0)
