"""`python -m tiny_api` is the command `tiny`."""

from tiny_api.cli import main

# Guarded: the server's worker processes import the main module again.
if __name__ == "__main__":
    main(prog_name="tiny")
