"""The registry's app in a worker process of `tiny api`, which ends when its server does."""

from __future__ import annotations

import os
import time
from threading import Thread
from typing import Final

from flask import Flask

from tiny_api.app import create_app

_LOOK_EVERY_SECONDS: Final = 0.5


def create() -> Flask:
    """Make the app from the environment and watch the server that started this process.

    A server that is killed cannot stop its workers, which would go on to answer at its port.
    """
    Thread(target=_end_with, args=(os.getppid(),), name="tiny-api-watch", daemon=True).start()
    return create_app()


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(_LOOK_EVERY_SECONDS)
    # Nothing to tidy up: a deploy that is not committed has not happened.
    os._exit(1)
