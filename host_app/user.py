"""Who is logged in. This demo asks for a name and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_NAME_CHARACTERS", "User"]

MAX_NAME_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class User:
    """A visitor who gave a name."""

    name: str

    @property
    def id(self) -> str:
        """Return what tells one user from another."""
        return self.name.casefold()

    @classmethod
    def from_name(cls, text: object) -> User:
        """Return the user of that name; blanks around it and doubled ones are dropped.

        Raises `ValueError` for a name that is empty, too long or not for reading.
        """
        name = " ".join(str(text).split()) if isinstance(text, str) else ""
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
            raise ValueError(f"name must have 1 to {MAX_NAME_CHARACTERS} readable characters")
        return cls(name)
