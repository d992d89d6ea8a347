"""Writes every secret anew under the newest key, so that the older ones can be taken away."""

from collections.abc import Callable, Iterator
from functools import partial

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from tenants import keys
from tenants.fields import encrypted
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Writes every tenant's secrets anew under the newest key of MYSTAFF_ENCRYPTION_KEYS."

    def handle(self, *args, **options) -> None:
        try:
            keys.ring()
        except keys.NoKeys as error:
            raise CommandError(str(error)) from error
        written, unread = 0, []
        for tenant in Tenant.objects.all():
            with tenant.scope():
                for what, rewrite in _secrets():
                    try:
                        written += rewrite()
                    except keys.Undecryptable as error:
                        unread.append(f"{tenant.slug}: {what}: {error}")
        self.stdout.write(f"Secrets written under the newest key: {written}.")
        if unread:
            raise CommandError("\n".join(["These could not be read and stay as they are:", *unread]))


def _secrets() -> Iterator[tuple[str, Callable[[], int]]]:
    """What each row with secrets is called, and how it is written anew."""
    for model, names in encrypted().items():
        for pk in list(model._base_manager.order_by("pk").values_list("pk", flat=True)):
            yield f"{model._meta.verbose_name} {pk}", partial(_rewrite, model, pk, names)
    for elsewhere in keys.ELSEWHERE:
        yield from elsewhere()


@transaction.atomic
def _rewrite(model: type[models.Model], pk: object, names: list[str]) -> int:
    """How many secrets the row holds; locked, so that one typed in this moment is not lost."""
    row = model._base_manager.select_for_update().filter(pk=pk).first()
    secrets = {name: getattr(row, name) for name in names if getattr(row, name, None)}
    if secrets:
        model._base_manager.filter(pk=pk).update(**secrets)
    return len(secrets)
