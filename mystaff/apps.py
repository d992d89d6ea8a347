from django.apps import AppConfig


class MyStaffConfig(AppConfig):
    """The surfaces: commands, pages and their templates."""

    name = "mystaff"
