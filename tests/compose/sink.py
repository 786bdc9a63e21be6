"""A webhook's receiver that takes its time: it checks the signature, writes a line to /tmp/received.jsonl, and accepts.

Runs in the image under test.
"""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

TAKES_S = 0.2  # so that a worker that is killed is killed while it delivers
RECEIVED = Path("/tmp/received.jsonl")

writing = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """`POST /`."""

    def do_POST(self) -> None:  # the name that http.server asks for
        """Check, record, wait, accept."""
        arrived_at = time.time()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            Webhook(os.environ["TEST_SECRET"]).verify(body, headers)
            genuine = True
        except WebhookVerificationError:
            genuine = False
        time.sleep(TAKES_S)
        with writing, RECEIVED.open("a", encoding="utf-8") as log:
            line = {"key": headers["webhook-id"], "at": arrived_at, "genuine": genuine, "payload": json.loads(body)}
            log.write(json.dumps(line) + "\n")
        self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("", 8080), Handler).serve_forever()
