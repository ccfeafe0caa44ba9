"""One module for each step of the layout, named by its number."""
