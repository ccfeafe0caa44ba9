"""The history of the registry's database layout, in Alembic's form."""
