"""`trucewire web`: the web service of an installation whose workers run elsewhere."""

from __future__ import annotations

import typer

from worker import embedded, tasks
from worker.cli.console import at_work, said

PANEL = "Run"


def web() -> None:
    """Serve the pages and the API, and answer WebSub hubs, until Ctrl-C. `trucewire up` does so by itself."""
    with at_work() as services:
        settings = services.settings
        tasks.log_plainly(settings.log_level)
        stopped = embedded.until_told_to_stop()
        with embedded.web_service(services) as address:
            outside = settings.public_url or "none: TRUCEWIRE_PUBLIC_URL is not set, so no hub is asked to call"
            said(f"Listening on {address}; address outside: {outside}. Ctrl-C stops.")
            if settings.public_url and not services.store.people.any_users():
                said("Nobody can sign in yet: trucewire user add NAME --role admin")
            stopped.wait()
    said("Stopped.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(web)
