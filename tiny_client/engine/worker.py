"""A worker process: renders what arrives on its socket until the socket closes or it is killed."""

from __future__ import annotations

import os
import select
import socket
import time

from tiny_client.engine.context import Budget
from tiny_client.engine.contexts import Contexts
from tiny_client.engine.hardening import limit_resources
from tiny_client.engine.messages import Failure, Frames, Loaded, Ready, decode_render, frame
from tiny_client.engine.orders import EXIT_OUT_OF_MEMORY
from tiny_client.engine.settings import EngineSettings

__all__ = ["serve"]

_CHUNK = 256 * 1024


def serve(link: socket.socket, settings: EngineSettings) -> None:
    """Answer each call on `link`; returns when the host closes it."""
    limit_resources(settings.data_bytes)
    contexts = Contexts(settings, synchronous=True, on_loaded=lambda: link.sendall(frame(Loaded())))
    frames = Frames(2**32)  # the host is trusted
    between_looks = min(settings.idle_context_seconds, 30.0)
    last_look = time.monotonic()
    try:
        link.sendall(frame(Ready(os.getpid())))
        while True:
            readable, _, _ = select.select([link], [], [], between_looks)
            if time.monotonic() - last_look >= between_looks:
                contexts.drop_idle()
                last_look = time.monotonic()
            if not readable:
                continue
            data = link.recv(_CHUNK)
            if not data:
                return
            frames.feed(data)
            while (payload := frames.next_payload()) is not None:
                # No time limit here: the host kills a process that is late.
                answer = contexts.render(decode_render(payload), Budget(None))
                link.sendall(frame(answer))
                if isinstance(answer, Failure) and answer.kind == "memory":
                    return
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except OSError:
        return  # the host went away in the middle of an answer
