"""The shop with one page more, for the chaos test: every fragment twice, two slots streamed."""

from __future__ import annotations

from flask import Flask, Response, request
from jinja2 import ChoiceLoader, DictLoader

import host_app
from host_app.pages import tiny

PRODUCTS = [
    {
        "id": f"piece-{number}",
        "name": f"Piece {number}",
        "priceCents": 1000 + number,
        "url": f"/products/piece-{number}",
        "picture": "<svg></svg>",
        "goesWith": [],
    }
    for number in range(3)
]
REVIEWS = [
    {
        "id": f"review-{number}",
        "author": "Ann",
        "rating": 4,
        "title": "Good",
        "body": "It holds tea.",
        "createdAt": "2026-05-01",
        "helpful": number,
    }
    for number in range(3)
]

PAGE = """<!doctype html>
<html lang="en">
<head><title>Everything twice</title>{{ fragment_head() }}</head>
<body>
{% for quantity in (visit, visit + 1) %}
{{ fragment("Cart", "1.0.0", items=[{"id": "mug", "name": "Mug", "priceCents": 1250,
  "quantity": quantity}], currency="EUR", cartUrl="/cart", locale="en",
  fallback="the cart", hydrate="load") }}
{{ fragment("Recommendations", "1.0.0", heading={"en": "More", "de": "Mehr"}, currency="EUR",
  products=products, cartUrl="/cart", locale="en" if loop.first else "de",
  fallback="more", hydrate="idle", stream=loop.first) }}
{{ fragment("Reviews", "1.0.0", productId="mug", productName="Mug %d" % quantity, reviews=reviews,
  userName=none, locale="en", fallback="reviews", hydrate="visible", stream=loop.last) }}
{% endfor %}
</body>
</html>
"""


def create_app() -> Flask:
    """Return the app; its settings come from the environment."""
    app = host_app.create_app()
    app.jinja_loader = ChoiceLoader([app.jinja_loader, DictLoader({"everything.html": PAGE})])

    @app.get("/everything")
    def everything() -> Response:
        """Show every fragment twice; props differ by the number of the visit."""
        return tiny.render_page(
            "everything.html",
            visit=request.args.get("visit", 1, type=int),
            products=PRODUCTS,
            reviews=REVIEWS,
        )

    return app
