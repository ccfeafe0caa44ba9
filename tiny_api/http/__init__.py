"""The registry over HTTP: routes, errors, headers, metrics and their description."""
