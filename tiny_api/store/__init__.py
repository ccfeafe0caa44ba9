"""The registry's database: its tables, its connections, its migrations."""
