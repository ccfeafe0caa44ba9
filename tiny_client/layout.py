"""Where a page's head tags, slots and states stand in the text that its template made; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tiny_client.errors import ConfigurationError

__all__ = ["END", "HEAD", "Layout", "Marks"]

HEAD: Final = b"head"
END: Final = b"end"
"""Before the last `</body>`, or the end of a page without one: what comes late stands there."""

_BODY_ENDS: Final = (b"</body", b"</BODY")


class Marks:
    """The marks of one page. Nobody can guess its `secret`, so no visitor's text passes for one."""

    __slots__ = ("_start",)

    def __init__(self, secret: str) -> None:
        self._start = f"<!--tiny:{secret}:"

    def mark(self, what: str) -> Markup:
        """Return the mark that stands for `what` in the template's text."""
        return Markup(f"{self._start}{what}-->")

    def layout(self, text: str) -> Layout:
        """Return `text` cut at its marks.

        Raises `UnicodeEncodeError` for text that no response can have: a surrogate alone.
        """
        first, *rest = text.encode().split(self._start.encode())
        pieces = []
        for piece in rest:
            what, _, following = piece.partition(b"-->")
            pieces.append((what, following))
        return Layout(first, pieces)


@dataclass(slots=True)
class Layout:
    """Text up to the first mark, then each mark with the text after it; all in UTF-8."""

    first: bytes
    pieces: Sequence[tuple[bytes, bytes]]

    @property
    def has_head(self) -> bool:
        """Whether there is a place for the head tags."""
        return any(what == HEAD for what, _ in self.pieces)

    def check(self) -> None:
        """Raise `ConfigurationError` where there are slots but no place for their head tags."""
        if not self.has_head and any(what.isdigit() for what, _ in self.pieces):
            raise ConfigurationError(
                "The page has fragments but no place for their head tags. "
                "Put {{ fragment_head() }} inside the <head> of its template"
            )

    def with_end(self) -> list[tuple[bytes, bytes]]:
        """Return the pieces with one more, `END`."""
        pieces = list(self.pieces)
        for index in range(len(pieces) - 1, -1, -1):
            what, text = pieces[index]
            at = max(text.rfind(end) for end in _BODY_ENDS)
            if at >= 0:
                pieces[index : index + 1] = [(what, text[:at]), (END, text[at:])]
                return pieces
        return [*pieces, (END, b"")]
