"""A worker process: renders what arrives on its socket until the socket closes or it is killed."""

from __future__ import annotations

import os
import socket
import time
from typing import Literal

from tiny_client.engine.context import Budget
from tiny_client.engine.contexts import Contexts
from tiny_client.engine.hardening import limit_resources, own_bytes
from tiny_client.engine.link import Link, LinkClosed
from tiny_client.engine.messages import Failure, Leaving, Loaded, Ready, decode_render, frame
from tiny_client.engine.orders import EXIT_OUT_OF_MEMORY
from tiny_client.engine.settings import EngineSettings

__all__ = ["serve"]

Why = Literal["idle", "memory"]

_RENDERS_BETWEEN_WEIGHINGS = 50


def serve(link: socket.socket, settings: EngineSettings) -> None:
    """Answer each call on `link`; returns when the host closes it, or nothing came for long."""
    make_room = limit_resources(settings.data_bytes, settings.max_contexts_per_worker)
    contexts = Contexts(
        settings,
        synchronous=True,
        make_room=make_room,
        on_loaded=lambda: link.sendall(frame(Loaded())),
    )
    try:
        link.sendall(frame(Ready(os.getpid())))
        why = _serve(link, contexts, settings)
        link.sendall(frame(Leaving(why)))
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except (LinkClosed, OSError):
        return  # the host went away, perhaps in the middle of an answer


def _serve(link: socket.socket, contexts: Contexts, settings: EngineSettings) -> Why:
    """Render until there is a reason to leave, which it returns."""
    between_looks = min(settings.idle_context_seconds, settings.idle_worker_seconds, 30.0)
    conversation = Link(link, 2**32, patience=between_looks / 2)  # the host is trusted
    most = own_bytes() + settings.max_worker_bytes
    last_call = last_look = time.monotonic()
    renders = 0
    while True:
        payload = conversation.receive(last_look + between_looks)
        now = time.monotonic()
        if now - last_look >= between_looks:
            contexts.drop_idle(quiet_since=last_look)
            last_look = now
        if payload is None:
            if now - last_call >= settings.idle_worker_seconds:
                return "idle"
            continue
        last_call = now
        # No time limit here: the host kills a process that is late.
        answer = contexts.render(decode_render(payload), Budget(None))
        link.sendall(frame(answer))
        if isinstance(answer, Failure) and answer.kind == "memory":
            return "memory"
        renders += 1
        if renders % _RENDERS_BETWEEN_WEIGHINGS == 0 and own_bytes() > most:
            contexts.collect_garbage()  # V8 alone lets each heap grow to its limit
            if own_bytes() > most:
                return "memory"
