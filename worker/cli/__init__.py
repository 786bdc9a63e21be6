"""The `trucewire` command: words in, tables or JSON lines out, one clear line and a non-zero exit for a mistake.

Never decides anything: it asks `queries`, calls `store`, or runs the pure stages on what it is given.
"""

from worker.cli.app import main

__all__ = ["main"]
