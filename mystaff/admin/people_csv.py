"""People as a file, in the admin: django-import-export's two steps, over our own reading and writing."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.admin import ImportMixin
from import_export.formats import base_formats
from import_export.resources import Resource
from import_export.results import Result
from import_export.tmp_storages import BaseStorage

from directory.actions.people_csv import RowsRefused, content_of, export_people, import_people, preview
from directory.door import Initiator
from directory.models import Upload, User
from directory.people_csv import export
from directory.people_csv.columns import COLUMNS
from directory.people_csv.plan import Plan
from directory.people_csv.reading import MOST_BYTES, Row, Unreadable, read
from mystaff.admin.door import REFUSALS, sentence
from mystaff.initiator import initiator
from tenants import keys
from tenants.middleware import streamed

SHOWN = 500  # rows of each kind in a preview


class CSV(base_formats.CSV):
    """The only format, read by us: with line numbers, and with a sentence for all that is wrong."""

    def create_dataset(self, in_stream: bytes) -> list[Row]:
        return read(in_stream)


class WalledStorage(BaseStorage):
    """Keeps the file between the two steps in a row of the tenant's; its name is that row."""

    def save(self, data: bytes) -> None:
        self.name.content = data
        self.name.keep()

    def read(self) -> bytes:
        return content_of(self.name)

    def remove(self) -> None:
        Upload.objects.filter(pk=self.name.pk).delete()


class Compared(Result):
    """What an import does, or would do."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan

    def has_validation_errors(self) -> bool:
        return bool(self.plan.refused) or not self.plan.changes_something


class People(Resource):
    """All rows at once, not one by one: the rules and the trail are asked and written in bulk."""

    def __init__(self, by: Initiator, upload: Upload | None = None) -> None:
        super().__init__()
        self.by, self.upload = by, upload

    @classmethod
    def get_display_name(cls) -> str:
        return _("People")

    def import_data(self, dataset: list[Row], dry_run: bool = False, **kwargs) -> Compared:
        if dry_run:
            return Compared(preview(self.upload, dataset, by=self.by))
        return Compared(import_people(self.upload, by=self.by))


class UploadForm(forms.Form):
    """A file; it is read before it is kept."""

    import_file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("UTF-8; commas, semicolons or tabs; at most 5 MB and 20,000 rows."),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        max_length=256,
    )

    def __init__(self, owner: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. Divide it."))
        try:
            keys.ring()  # it is kept encrypted
            read(file.read())
        except (Unreadable, keys.NoKeys) as error:
            raise ValidationError(str(error)) from error
        file.owner = self.owner
        return file

    def clean(self) -> dict:
        return super().clean() | {"format": 0}


class ConfirmForm(forms.Form):
    """A yes to what stands in one's own upload; the others' do not exist."""

    import_file_name = forms.ModelChoiceField(Upload.objects.none(), widget=forms.HiddenInput)

    def __init__(self, owner: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file_name"].queryset = Upload.objects.of(owner).defer("content")

    def clean(self) -> dict:
        cleaned = super().clean()
        name = getattr(cleaned.get("import_file_name"), "name", "")
        return cleaned | {"format": 0, "original_file_name": name}


class PeopleAsCSV(ImportMixin):
    """Import and export at the list of people."""

    resource_classes = [People]
    import_formats = [CSV]
    tmp_storage_class = WalledStorage
    import_template_name = "admin/directory/user/import.html"
    import_export_change_list_template = "admin/directory/user/change_list.html"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.export_csv)
        return [path("export.csv", view, name="directory_user_export"), *super().get_urls()]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    # The two steps

    def create_import_form(self, request: HttpRequest) -> UploadForm:
        return UploadForm(request.user, request.POST or None, request.FILES or None)

    def create_confirm_form(self, request: HttpRequest, import_form=None) -> ConfirmForm:
        if import_form is None:
            return ConfirmForm(request.user, request.POST)
        return self._confirm_form(request, import_form.cleaned_data["import_file"].tmp_storage_name)

    def _confirm_form(self, request: HttpRequest, upload: Upload) -> ConfirmForm:
        return ConfirmForm(request.user, initial={"import_file_name": upload.pk})

    def write_to_tmp_storage(self, import_file, input_format) -> WalledStorage:
        storage = WalledStorage(name=Upload(owner=import_file.owner, name=import_file.name[:256]))
        import_file.seek(0)
        storage.save(import_file.read())
        return storage

    def add_data_read_fail_error_to_form(self, form, e: Exception) -> None:
        raise e  # the form has read it already

    def get_import_resource_kwargs(self, request: HttpRequest, form=None, **kwargs) -> dict:
        given = getattr(form, "cleaned_data", {})
        upload = given.get("import_file_name") or getattr(given.get("import_file"), "tmp_storage_name", None)
        return {"by": initiator(request, "Admin"), "upload": upload}

    def get_import_context_data(self, **kwargs) -> dict:
        return {"columns": COLUMNS.values(), "shown": f":{SHOWN}", "shown_count": SHOWN}

    def process_import(self, request: HttpRequest, **kwargs) -> HttpResponse:
        """Do it, or show why not: where people changed meanwhile, with a new preview to confirm."""
        try:
            if request.method == "POST" and self.has_import_permission(request):
                form = self.create_confirm_form(request)
                if not form.is_valid():
                    messages.error(request, _("This preview is over. Choose the file again."))
                    return redirect("admin:directory_user_import")
            return super().process_import(request, **kwargs)
        except RowsRefused as error:
            return self._preview_again(request, form.cleaned_data["import_file_name"], error)
        except REFUSALS as error:
            messages.error(request, sentence(error))
            return redirect("admin:directory_user_import")

    def _preview_again(self, request: HttpRequest, upload: Upload, error: RowsRefused) -> HttpResponse:
        plan = preview(upload, read(content_of(upload)), by=initiator(request, "Admin"))
        result = Compared(plan)
        context = self.admin_site.each_context(request) | self.get_import_context_data()
        context |= {"opts": self.opts, "media": self.media, "result": result, "unseen": error.plan.refused}
        if not result.has_validation_errors():
            context["confirm_form"] = self._confirm_form(request, upload)
        context["form"] = UploadForm(request.user)
        return TemplateResponse(request, self.import_template_name, context)

    def generate_log_entries(self, result: Compared, request: HttpRequest) -> None:
        """The trail has them."""

    def add_success_message(self, result: Compared, request: HttpRequest) -> None:
        counts = result.plan.counts()
        added = ngettext("%(n)d person added", "%(n)d people added", counts["added"]) % {"n": counts["added"]}
        changed = ngettext("%(n)d changed", "%(n)d changed", counts["changed"]) % {"n": counts["changed"]}
        messages.success(request, f"{added}, {changed}.")

    # The file

    def export_csv(self, request: HttpRequest) -> HttpResponse:
        """What the list shows with these filters, all of it, as a file that can be imported again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            people = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:directory_user_changelist")
        by = initiator(request, "Admin")
        export_people(people, by=by)
        answer = StreamingHttpResponse(
            streamed(export.lines(people, by), request.tenant), content_type="text/csv; charset=utf-8"
        )
        name = f"{request.tenant.slug}-people-{timezone.localdate():%Y-%m-%d}.csv"
        answer.headers["Content-Disposition"] = content_disposition_header(True, name)
        return answer
