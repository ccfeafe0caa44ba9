"""Writes the Content-Security-Policy of a composed page; pure.

The policy is the nonce-based one of CSP Level 3: scripts run by nonce, and what a trusted script
adds runs too (`strict-dynamic`), so no host list has to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

__all__ = ["content_security_policy", "origin_of", "trusted_types_directives"]

# Ours, and those under which frameworks write HTML that they made themselves.
_TRUSTED_TYPES_POLICIES = ("tiny-mosaic", "vue", "svelte-trusted-html")


def origin_of(url: str) -> str | None:
    """Return the origin of an absolute http(s) URL, or None for a relative one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None


def trusted_types_directives() -> dict[str, str | None]:
    """Return the directives under which text becomes script or HTML through named policies only.

    To allow a policy of a fragment's own, override `trusted-types` in `TINY_CSP_DIRECTIVES`.
    """
    return {
        "require-trusted-types-for": "'script'",
        # Duplicates, because a page may have two versions of one framework.
        "trusted-types": f"{' '.join(_TRUSTED_TYPES_POLICIES)} 'allow-duplicates'",
    }


def content_security_policy(
    nonce: str, registry_origins: Sequence[str], overrides: Mapping[str, str | None]
) -> str:
    """Return the header's value.

    `registry_origins` are where style sheets and bundles come from. `overrides` replaces or adds
    directives; None removes one. `{nonce}` in an override becomes the page's nonce.
    """
    registries = "".join(f" {origin}" for origin in registry_origins)
    policy: dict[str, str | None] = {
        "default-src": "'self'",
        "script-src": f"'nonce-{nonce}' 'strict-dynamic'",
        "style-src": f"'self' 'nonce-{nonce}'{registries}",
        # Components write style attributes (React's `style` prop); they cannot run code.
        "style-src-attr": "'unsafe-inline'",
        "img-src": f"'self' data:{registries}",
        "font-src": f"'self'{registries}",
        "connect-src": f"'self'{registries}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    for directive, value in overrides.items():
        policy[directive] = None if value is None else value.replace("{nonce}", nonce)
    return "; ".join(f"{name} {value}" for name, value in policy.items() if value is not None)
