# Apart from the others because it is a row of a library's table, which needs people first.

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "client_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="allauth_idp_oidc.client",
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(blank=True, verbose_name="redirect URIs after signing out"),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_default=django.db.models.expressions.RawSQL(
                            "NULLIF(current_setting('app.tenant', true), '')::uuid", ()
                        ),
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="directory.group",
                        verbose_name="who may use it",
                    ),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
            },
            bases=("allauth_idp_oidc.client", models.Model),
        ),
    ]
