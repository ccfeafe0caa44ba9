"""What a host tells its zygote, and how a worker's end is reported."""

from __future__ import annotations

import struct

__all__ = ["EXIT_OUT_OF_MEMORY", "KILL", "ORDER", "SPAWN", "STATUS"]

ORDER = struct.Struct(">cQ")
"""An order and a worker's number."""

SPAWN = b"S"
"""Fork that worker; two descriptors come along: its end of its link, and where STATUS goes."""

KILL = b"K"
"""Kill that worker."""

STATUS = struct.Struct(">i")
"""How a worker ended, as `os.waitpid` reports it."""

EXIT_OUT_OF_MEMORY = 77
"""The exit status of a worker whose Python half ran out of memory."""
