"""The shop with a registry that nobody can reach, so that every slot shows its fallback."""

from __future__ import annotations

import pytest

from host_app import create_app
from host_app.pages import tiny

# Port 1 is reserved and refuses connections at once.
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def make_shop(tmp_path, monkeypatch):
    """Return a function that makes a shop with these settings, in a folder of this test."""
    monkeypatch.delenv("TINY_API_URL", raising=False)
    made = []

    def make(**settings):
        app = create_app(
            {
                "SHOP_INSTANCE": str(tmp_path / "instance"),
                "SHOP_DATABASE": str(tmp_path / "shop.db"),
                "TINY_API_URL": NOWHERE,
                "TINY_CACHE_DIR": None,
                "TINY_RETRY_MAX_RETRIES": 0,
                **settings,
            }
        )
        made.append(app)
        return app

    yield make
    for app in made:
        tiny.close(app)


@pytest.fixture
def shop(make_shop):
    return make_shop(SHOP_SECRET_KEY="a key for tests")


@pytest.fixture
def visitor(shop):
    return shop.test_client()
