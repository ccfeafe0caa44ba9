"""The one place that says which version of Tiny Mosaic this is."""

__version__ = "0.1.0"
