from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class TenantsConfig(AppConfig):
    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants import checks, isolation, scopes

        register(checks.database_roles, "database", deploy=False)
        connection_created.connect(scopes.repeat_on_connection, dispatch_uid="tenants.scope")
        post_migrate.connect(isolation.after_migrate, dispatch_uid="tenants.isolation")
