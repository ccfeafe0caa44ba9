"""The contexts of one worker: bounded, least recently used first out, old releases given up."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from tiny_client.engine.context import Budget, ContextFailed, FragmentContext
from tiny_client.engine.messages import (
    ContextKey,
    EncodedHtml,
    Failure,
    Html,
    Render,
    UnknownContext,
)
from tiny_client.engine.settings import EngineSettings

__all__ = ["Contexts"]


class Contexts:
    """Renders calls, each in the context that it names; for one thread at a time.

    `make_room` is told how many contexts there are about to be.
    """

    def __init__(
        self,
        settings: EngineSettings,
        *,
        synchronous: bool,
        make_room: Callable[[int], None] = lambda contexts: None,
        on_loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._make_room = make_room
        self._on_loaded = on_loaded
        self._synchronous = synchronous
        self._contexts: OrderedDict[ContextKey, FragmentContext] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        return key in self._contexts

    def __len__(self) -> int:
        return len(self._contexts)

    def render(self, call: Render, budget: Budget) -> Html | EncodedHtml | Failure | UnknownContext:
        """Render `call`; a context that is not there is made from its sources, if it has them."""
        context = self._contexts.get(call.context)
        try:
            if context is None:
                if call.sources is None:
                    return UnknownContext()
                context = self._make(call, budget)
            self._contexts.move_to_end(call.context)
            answer = context.render(call, budget)
        except ContextFailed as error:
            self.drop(call.context)
            return error.failure
        if context.renders == self._settings.superseded_after_renders:
            self._drop_superseded(context)
        return answer

    def _make(self, call: Render, budget: Budget) -> FragmentContext:
        assert call.sources is not None
        while len(self._contexts) >= self._settings.max_contexts_per_worker:
            self.drop(next(iter(self._contexts)))
        siblings = [key for key in self._contexts if key[0] == call.context[0]]
        while len(siblings) >= self._settings.max_contexts_per_fragment:
            self.drop(siblings.pop(0))
        self._make_room(len(self._contexts) + 1)
        context = FragmentContext(
            call.context,
            call.sources,
            self._settings,
            synchronous=self._synchronous,
            budget=budget,
        )
        self._contexts[call.context] = context
        self._on_loaded()
        return context

    def _drop_superseded(self, newer: FragmentContext) -> None:
        for key, context in list(self._contexts.items()):
            same_fragment = key[0] == newer.key[0] and key != newer.key
            if same_fragment and context.last_used < newer.created:
                self.drop(key)

    def drop_idle(self, *, quiet_since: float = -math.inf) -> None:
        """Give up what has not rendered for a while, and the garbage of what is quiet."""
        oldest = time.monotonic() - self._settings.idle_context_seconds
        for key, context in list(self._contexts.items()):
            if context.last_used < max(oldest, quiet_since):
                context.collect_garbage()  # also before it goes: V8 keeps the pages of a full heap
            if context.last_used < oldest:
                self.drop(key)

    def collect_garbage(self) -> None:
        """Give back what the heaps do not need."""
        for context in self._contexts.values():
            context.collect_garbage()

    def drop(self, key: ContextKey) -> None:
        """Give up one context, if it is there."""
        context = self._contexts.pop(key, None)
        if context is not None:
            context.close()

    def close(self) -> None:
        """Give up all."""
        for key in list(self._contexts):
            self.drop(key)

    def abandon(self) -> None:
        """Leave all as they are: for a process that inherited them by a fork."""
        for context in self._contexts.values():
            context.abandon()
        self._contexts = OrderedDict()
