"""Sends two signals to Jalon in one batch by HTTP, and asks for a verdict that is still to come.

    CRM_CLIENT_SECRET=… python signals_by_http.py http://127.0.0.1:8000 <campaign> <client> <step> [<ticked item> …]

Campaign and client are named as the CRM calls them. Needs `httpx`.
"""

import os
import sys
import time
from datetime import UTC, datetime

import httpx

origin, campaign, client, step, *ticked = sys.argv[1:]
now = datetime.now(UTC)

with httpx.Client(base_url=origin, timeout=30) as http:
    form = {"grant_type": "client_credentials", "client_id": "crm", "client_secret": os.environ["CRM_CLIENT_SECRET"]}
    token = http.post("/oidc/token", data=form).raise_for_status().json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"

    about = {"campaign": campaign, "client": client, "occurred_at": now.isoformat()}
    signals = [
        # Ids are the CRM's own. Send the same ones again after any error: nothing happens twice.
        {"id": f"{client}-{step}", "type": "step_completed", "step": step, "ticked": ticked, **about},
        {"id": f"{client}-reminder", "type": "interaction_recorded", "interaction": "REMINDER", **about},
    ]
    verdicts = http.post("/api/followups/signals", json={"signals": signals}).raise_for_status().json()["verdicts"]

    while any(verdict["verdict"] == "pending" for verdict in verdicts):
        time.sleep(1)
        ids = [signal["id"] for signal in signals]
        verdicts = http.get("/api/followups/signals", params={"ids": ids}).raise_for_status().json()["verdicts"]

for verdict in verdicts:
    print(verdict["id"], verdict["verdict"], verdict["follow_up_id"], verdict["code"] or "")
