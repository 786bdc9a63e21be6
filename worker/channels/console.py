"""A message as text on standard output, for a person at a terminal."""

from __future__ import annotations

import sys
from datetime import datetime

from rich.console import Console
from rich.text import Text

from worker.connections import Connections
from worker.errors import DeliveryError
from worker.model import Channel, Message, Severity

_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
# A headline must not clear the screen or retitle the window: control characters other than line feeds are dropped.
_CONTROLS = dict.fromkeys(set(range(32)) - {ord("\n")} | set(range(127, 160)))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Let the error through; Rich would end the whole process."""
        raise


def send(channel: Channel, message: Message, now: datetime, connections: Connections) -> None:
    """Write the message and a blank line.

    Raises:
        DeliveryError: nobody reads standard output any more.
    """
    headline, newline, rest = message.text.translate(_CONTROLS).partition("\n")
    try:
        # Made anew each time, to find today's standard output. A terminal gets whole words, a file whole lines.
        _Console(highlight=False, soft_wrap=not sys.stdout.isatty()).print(
            Text.assemble((headline, _STYLES[message.severity]), newline, rest), end="\n\n"
        )
    except (OSError, ValueError) as error:  # ValueError: a closed file
        raise DeliveryError(f"{channel.name}: standard output: {error}") from error
