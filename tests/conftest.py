"""What tests of every package share."""

pytest_plugins = ["tests.database"]
