"""Keeps fragments that fail or are slow from costing pages anything.

`Guard` has a breaker for each fragment; `Releases` knows which release to fall back to.
"""

from tiny_client.guard.breaker import BreakerSettings
from tiny_client.guard.guard import Call, FragmentKey, Guard
from tiny_client.guard.releases import Release, Releases

__all__ = ["BreakerSettings", "Call", "FragmentKey", "Guard", "Release", "Releases"]
