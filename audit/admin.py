from django.contrib import admin

from audit.models import Entry


class EntryAdmin(admin.ModelAdmin):
    """The trail, to read."""

    list_display = ["activity_at", "activity", "actor_name", "target_name", "result", "result_reason"]
    list_filter = ["activity_at", "activity", "result"]
    list_display_links = ["activity_at", "activity"]
    search_fields = ["actor_principal_name__startswith", "target_principal_name__startswith"]
    date_hierarchy = None
    show_full_result_count = False
    list_per_page = 50

    def get_fields(self, request, obj=None) -> list[str]:
        return [field.name for field in Entry._meta.fields if field.name != "tenant"]

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.may_read_trail

    def has_module_permission(self, request) -> bool:
        return request.user.may_read_trail

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
