"""`trucewire web`: the web service of an installation whose workers run elsewhere."""

from __future__ import annotations

import typer

from worker import embedded, tasks
from worker.cli.console import opened, said
from worker.web import create_app, serving

PANEL = "Run"


def web() -> None:
    """Answer WebSub hubs, until Ctrl-C. `trucewire up` does so by itself."""
    with opened() as services:
        settings = services.settings
        tasks.log_plainly(settings.log_level)
        stopped = embedded.until_told_to_stop()
        with serving(create_app(services, tasks.nudge_poll), settings.web_host, settings.web_port) as address:
            outside = settings.public_url or "none: TRUCEWIRE_PUBLIC_URL is not set, so no hub is asked to call"
            said(f"Listening on {address}; address outside: {outside}. Ctrl-C stops.")
            stopped.wait()
    said("Stopped.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(web)
