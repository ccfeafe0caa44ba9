"""The loader: which release of a fragment is current, from memory, disk or the registry."""

from tiny_client.loader.core import Loader
from tiny_client.loader.packaged import PackagedRuntimes
from tiny_client.loader.settings import UNSET, LoaderSettings, RetryPolicy, Unset

__all__ = ["UNSET", "Loader", "LoaderSettings", "PackagedRuntimes", "RetryPolicy", "Unset"]
