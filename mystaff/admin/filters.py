"""Filters of the people list that an index answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from directory.models import AdministrativeUnit, Group, GroupMember, User


class DisabledFilter(SimpleListFilter):
    """Those who are kept out: few, and with an index of their own."""

    title, parameter_name = _("account"), "account"

    def lookups(self, request, model_admin) -> list[tuple]:
        return [("disabled", _("Disabled"))]

    def queryset(self, request, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(is_active=False) if self.value() == "disabled" else queryset


class OneOfFilter(SimpleListFilter):
    """People of one thing that a link names by its id; there is no list of all to choose from."""

    model: type

    def lookups(self, request, model_admin) -> list[tuple]:
        one = self.chosen()
        return [(str(one.pk), one.name)] if one else []

    def chosen(self):
        try:
            return self.model.objects.filter(pk=UUID(self.value() or "")).first()
        except ValueError:
            return None


class PlaceFilter(OneOfFilter):
    title, parameter_name, model = _("location"), "location", AdministrativeUnit

    def queryset(self, request, queryset: QuerySet[User]) -> QuerySet[User]:
        unit = self.chosen()
        return queryset.in_unit(unit) if unit else queryset


class GroupFilter(OneOfFilter):
    title, parameter_name, model = _("group"), "group", Group

    def queryset(self, request, queryset: QuerySet[User]) -> QuerySet[User]:
        group = self.chosen()
        members = GroupMember.objects.filter(group=group).values("user_id")
        return queryset.filter(pk__in=members) if group else queryset
