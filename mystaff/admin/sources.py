"""Where people come from: sources, with their runs."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import administration
from directory.actions import sources
from directory.door import Initiator
from directory.models import RunState, Source, SourceKind
from mystaff.admin.by_kind import ByKind
from mystaff.admin.run_report import Report
from mystaff.admin.runs import RunForm, RunPages
from mystaff.admin.source_forms import ABOUT_PARTS, SourceForm, groups_of
from mystaff.initiator import initiator
from mystaff.templatetags.mystaff import when

ABOUT = {
    SourceKind.ONEROSTER_CSV: gettext_lazy(
        "A zip of CSV files, as most student information systems export it. You choose the file for each run."
    ),
    SourceKind.ONEROSTER_REST: gettext_lazy(
        "Your student information system’s OneRoster service, asked by itself."
    ),
    SourceKind.CSV: gettext_lazy(
        "One CSV file of people, or a zip with people, locations and members. You name the columns once."
    ),
    SourceKind.LDAP: gettext_lazy("People, groups and organizational units of your own directory servers."),
    SourceKind.ENTRA: gettext_lazy("People and groups of your Microsoft 365 organization."),
    SourceKind.GOOGLE: gettext_lazy("People, groups and organizational units of your Google Workspace."),
}


class SourceAdmin(RunPages, ByKind):
    """For Global Administrators: a source says who is here, and who helps whom."""

    may = administration.ADD_SOURCE.needs
    form = SourceForm
    kinds, about = SourceKind, ABOUT
    list_display = ["name", "kind", "enabled", "rhythm", "last_run"]
    change_form_template = "admin/directory/source/change_form.html"

    def get_fieldsets(self, request, obj=None) -> list:
        groups = groups_of(self.kind_of(request, obj), new=obj is None)
        return [(title, {"fields": names, "description": ABOUT_PARTS.get(title)}) for title, names in groups]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        done = Q(runs__state=RunState.DONE, runs__is_dry=False)
        return super().get_queryset(request).annotate(done_at=Max("runs__ended_at", filter=done))

    @admin.display(description=gettext_lazy("last brought in"))
    def last_run(self, source: Source) -> str:
        return when(source.done_at) if source.done_at else _("Never")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            newest = obj.runs.defer("content").first()
            context |= {"run_form": RunForm(obj), "newest": newest and Report(newest)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj: Source, form: SourceForm, change: bool) -> None:
        by = initiator(request, "Admin")
        if change:
            sources.update_source(obj, form.values(), by=by)
        else:
            sources.add_source(obj, by=by)

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue=None) -> HttpResponse:
        """To its page: there is the button for a dry run, which should come first."""
        messages.success(request, _("%(name)s is added. Try a dry run first.") % {"name": obj.name})
        return redirect("admin:directory_source_change", obj.pk)

    def remove(self, obj: Source, by: Initiator) -> None:
        sources.delete_source(obj, by=by)

    def render_delete_form(self, request: HttpRequest, context: dict) -> HttpResponse:
        source = context["object"]
        context |= {"ends": sources.ends(source).items(), "stays": sources.stays(source).items()}
        return super().render_delete_form(request, context)

    def history_words(self, obj: Source) -> dict[str, str]:
        return {"target": obj.name}
