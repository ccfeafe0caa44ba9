"""The host that the tests of servers and of faults start: any fragments on one page."""

from __future__ import annotations

import os

from flask import Flask, Response, request
from jinja2 import DictLoader

from tiny_client import TinyFrontends
from tiny_client.settings import from_environ

PAGE = """<!doctype html>
<html lang="en">
<head><title>Page</title>{{ fragment_head() }}</head>
<body>
{% for name in names %}
{{ fragment(
  name, "1.0.0", fallback="[instead of " ~ name ~ "]",
  timeout=timeout if name == hasty else none, stream=name in streamed
) }}
{% endfor %}
</body>
</html>
"""


def create_app() -> Flask:
    """Return the app; its settings come from the environment."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": PAGE})
    app.config.update(from_environ(os.environ))
    tiny = TinyFrontends(app)

    @app.get("/page/<names>")
    def page(names: str) -> Response:
        """Show the fragments; `hasty` names the one that has only `timeout` seconds."""
        return tiny.render_page(
            "page.html",
            names=names.split(","),
            hasty=request.args.get("hasty"),
            timeout=request.args.get("timeout", type=float),
            streamed=request.args.getlist("streamed"),
        )

    @app.after_request
    def name_the_process(response: Response) -> Response:
        response.headers["X-Process"] = str(os.getpid())
        return response

    return app
