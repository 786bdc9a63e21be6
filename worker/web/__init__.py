"""The web service: `create_app` puts its routes together, `serving` runs it.

Requests come in, answers go out; what they change goes through `Services`, what they want done soon is a nudge. Routes
of one matter live in one module with a `router`. So far there is one matter: the callbacks of WebSub hubs.

Never decides anything, never trusts what arrives, and never computes for long: that is the workers' business.
"""

from worker.web.app import create_app
from worker.web.server import serving

__all__ = ["create_app", "serving"]
