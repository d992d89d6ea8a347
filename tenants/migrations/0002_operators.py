"""The built-in tenant, and the table of the shared cache (Django's own command would make it outside migrate)."""

from django.db import migrations

from tenants.models import OPERATORS_ID, OPERATORS_SLUG


def add_operators(apps, schema_editor):
    tenants = apps.get_model("tenants", "Tenant").objects.using(schema_editor.connection.alias)
    tenants.get_or_create(pk=OPERATORS_ID, defaults={"slug": OPERATORS_SLUG, "name": "Operators"})


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        migrations.RunPython(add_operators, migrations.RunPython.noop),
        migrations.RunSQL(
            'CREATE TABLE "cache" (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);'
            'CREATE INDEX cache_expires ON "cache" (expires)',
            'DROP TABLE "cache"',
        ),
    ]
