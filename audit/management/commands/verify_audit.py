"""Prove that nobody has changed, removed, reordered or inserted entries of the trail."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit.verification import Verification
from tenants.models import Tenant


class Command(BaseCommand):
    """One sentence on stdout for a sound trail; else each finding on stderr, and status 1."""

    help = "Check the chain of hashes of a tenant's audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("tenant", nargs="?", help="short name of the tenant, as in its path")
        which.add_argument("--all", action="store_true", help="every tenant, and the operators")

    def handle(self, *args, tenant: str | None, all: bool, **options) -> None:
        tenants = Tenant.objects.order_by("slug") if all else Tenant.objects.filter(slug=tenant)
        if not tenants:
            raise CommandError(_("There is no tenant “%(slug)s”.") % {"slug": tenant})
        sound = [self._verify(tenant) for tenant in tenants]
        if False in sound:
            sys.exit(1)

    def _verify(self, tenant: Tenant) -> bool:
        verification, number = Verification(), 0
        with tenant.scope():
            for number, finding in enumerate(verification.findings(), 1):  # noqa: B007  how many there were
                self.stderr.write(f"{tenant.slug}: {finding}")
        if not number:
            self.stdout.write(_sound(tenant, verification))
        return not number


def _sound(tenant: Tenant, verification: Verification) -> str:
    if not verification.count:
        return _("%(tenant)s: the trail is empty.") % {"tenant": tenant.slug}
    return _(
        "%(tenant)s: all %(count)s entries are as they were written; the last has the hash %(hash)s."
    ) % {"tenant": tenant.slug, "count": verification.count, "hash": verification.end.hash}
