"""Runs of a source: asked for, looked at while they go on, confirmed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.actions import runs
from directory.models import Run, Source, SourceKind
from directory.source_kinds import READS_FILES
from mystaff.admin.door import REFUSALS, sentence
from mystaff.admin.run_report import Report, context_of
from mystaff.initiator import initiator
from mystaff.upload_handlers import LARGEST_ROSTER

PER_PAGE = 25
TAKES = {SourceKind.ONEROSTER_CSV: ".zip", SourceKind.CSV: ".csv,.zip"}
FOLDER = "admin/directory/source"


class RunForm(forms.Form):
    """What a run is given: a file, where the kind reads files."""

    file = forms.FileField(label=gettext_lazy("File"), max_length=256)
    held = forms.BooleanField(required=False)

    def __init__(
        self, source: Source, request: HttpRequest | None = None, *, wants_file: bool = True, held: int = 0
    ) -> None:
        sent = request is not None and request.method == "POST"
        super().__init__(*((request.POST, request.FILES) if sent else ()))
        if not held:
            del self.fields["held"]
        else:
            self.fields["held"].label = _("Also change the user names held back (%(n)s)") % {"n": held}
            self.fields["held"].help_text = _(
                "These people hold a role. Whoever has the new name where the passwords live gets in as them."
            )
        if source.kind not in READS_FILES or not wants_file:
            del self.fields["file"]
        else:
            self.fields["file"].widget = forms.FileInput({"accept": TAKES[SourceKind(source.kind)]})
            self.fields["file"].help_text = _("At most %(most)d MB.") % {"most": LARGEST_ROSTER // 2**20}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_ROSTER:
            raise ValidationError(
                _("The file is larger than %(most)d MB."), params={"most": LARGEST_ROSTER // 2**20}
            )
        return file

    @property
    def content(self) -> bytes | None:
        file = self.cleaned_data.get("file")
        return file.read() if file else None


class RunPages:
    """The pages of runs, mixed into the source's; all of them are for those who may change sources."""

    def get_urls(self) -> list:
        views = {
            "<uuid:pk>/start/": (self.start, "start"),
            "<uuid:pk>/runs/": (self.runs, "runs"),
            "runs/<uuid:pk>/": (self.run, "run"),
            "runs/<uuid:pk>/confirm/": (self.confirm, "confirm"),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"directory_source_{name}")
            for route, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def start(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """**Run now** and **Dry run**, with a file where one is needed."""
        source = self._found(request, Source, pk)
        form = RunForm(source, request)
        if form.is_valid():
            return self._ask(request, source, content=form.content, is_dry="_dry" in request.POST)
        return self._page(request, "start", source, {"form": form, "title": _("Run")})

    def runs(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Past runs, newest first."""
        source = self._found(request, Source, pk)
        rows = source.runs.defer("content", "problems", "warnings").select_related("asked_by")
        rows = rows.annotate(reason=KeyTextTransform(0, "problems"))  # of up to a thousand the first
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return self._page(
            request, "runs", source, {"page": page, "reports": with_reports(source, page), "title": _("Runs")}
        )

    def run(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """One run; while it goes on the page asks for the part that changes."""
        run = self._run(request, pk)
        context = context_of(run, request.GET.dict())
        report = context["report"]
        context["form"] = RunForm(run.source, wants_file=report.wants_file, held=report.held)
        if request.htmx:
            headers = {"X-Run": run.state}  # what is no answer of this view is no part of its page
            return TemplateResponse(request, f"{FOLDER}/run_live.html", context, headers=headers)
        return self._page(request, "run", run.source, context)

    def confirm(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """**Confirm and run**, **Run this**: what that run showed, and no more."""
        run = self._run(request, pk)
        report = Report(run)
        form = RunForm(run.source, request, wants_file=report.wants_file, held=report.held)
        if request.method != "POST" or not report.asks:
            return redirect("admin:directory_source_run", run.pk)
        if not form.is_valid():
            return self._page(request, "run", run.source, context_of(run, {}) | {"form": form})
        held = bool(form.cleaned_data.get("held"))
        return self._ask(request, run.source, content=form.content, confirms=run, changes_held=held)

    def _ask(self, request: HttpRequest, source: Source, **how: Any) -> HttpResponse:
        try:
            run = runs.ask(source, by=initiator(request, "Admin"), **how)
        except REFUSALS as error:
            messages.error(request, sentence(error))
            return redirect("admin:directory_source_start", source.pk)
        return redirect("admin:directory_source_run", run.pk)

    def _found(self, request: HttpRequest, model: type, pk: UUID):
        if not self._holds(request):
            raise PermissionDenied
        return get_object_or_404(model, pk=pk)

    def _run(self, request: HttpRequest, pk: UUID) -> Run:
        return self._found(request, Run.objects.defer("content").select_related("source", "asked_by"), pk)

    def _page(self, request: HttpRequest, name: str, source: Source, context: dict) -> HttpResponse:
        around = self.admin_site.each_context(request) | {"opts": self.opts, "source": source}
        return TemplateResponse(request, f"{FOLDER}/{name}.html", around | context)


def with_reports(source: Source, rows) -> list[Report]:
    found = list(rows)
    for run in found:
        run.source = source
    return [Report(run) for run in found]
