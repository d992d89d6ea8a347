"""The demo: two made-up organizations with their people."""
