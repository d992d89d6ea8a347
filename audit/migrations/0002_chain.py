import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("tenants", "0002_operators"),
    ]

    operations = [
        migrations.CreateModel(
            name="EntryWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.IntegerField()),
                ("word", models.CharField(db_collation="C", max_length=64)),
                ("sequence", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField(default=0)),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        max_length=64,
                    ),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="entry",
            options={
                "ordering": ["-activity_at", "-sequence"],
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
            },
        ),
        migrations.RemoveIndex(
            model_name="entry",
            name="entry_by_date",
        ),
        migrations.AddField(
            model_name="entry",
            name="hash",
            field=models.CharField(default="", max_length=64, verbose_name="hash"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="entry",
            name="previous_hash",
            field=models.CharField(default="", max_length=64, verbose_name="hash of the entry before"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="entry",
            name="sequence",
            field=models.BigIntegerField(default=0, verbose_name="number"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="entry",
            name="activity_at",
            field=models.DateTimeField(verbose_name="date"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tenant", "-activity_at", "-sequence"], name="entry_by_date"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tenant", "activity", "-activity_at"], name="entry_by_activity"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tenant", "result", "-activity_at"], name="entry_by_result"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("tenant", "sequence"), name="entry_numbered_once"),
        ),
        migrations.AddField(
            model_name="entryword",
            name="tenant",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="head",
            name="tenant",
            field=models.ForeignKey(
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
        migrations.AddConstraint(
            model_name="entryword",
            constraint=models.UniqueConstraint(
                fields=("tenant", "day", "word", "sequence"), name="word_once_per_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="head",
            constraint=models.UniqueConstraint(fields=("tenant",), name="one_head_per_tenant"),
        ),
    ]
