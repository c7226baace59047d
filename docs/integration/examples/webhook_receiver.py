"""Receives webhooks on a port of this machine, and takes each event once.

    WEBHOOK_SECRET=whsec_… python webhook_receiver.py <port>

Needs `standardwebhooks`.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

secret = Webhook(os.environ["WEBHOOK_SECRET"])
# Keep these where they last: the same event may come again, after a failure or when it is replayed.
seen: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    """Verify, remember, answer quickly; do the work later."""

    def do_POST(self) -> None:
        """Answer 204 for an event that is taken or known, 401 for what Jalon did not sign."""
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event = secret.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(401)
        else:
            if self.headers["webhook-id"] not in seen:
                seen.add(self.headers["webhook-id"])
                print(event["type"], json.dumps(event["data"]), flush=True)
            self.send_response(204)
        self.end_headers()


server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
print("listening on", server.server_port, flush=True)
server.serve_forever()
