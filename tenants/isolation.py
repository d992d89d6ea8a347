"""Row-level security, laid over every table after each migrate.

A table is walled (its rows carry a tenant, the policies compare it) unless it stands in OPEN with the
reason why no tenant's data is in it. Tables of libraries, which know no tenant, are stamped: they get the
column with the same default, which Django never mentions and PostgreSQL always fills.
"""

from django.apps import apps
from django.db import connections

from tenants.scopes import SETTING

CURRENT = f"NULLIF(current_setting('{SETTING}', true), '')::uuid"
OWN = f"tenant_id = {CURRENT}"
OPERATORS = "'00000000-0000-4000-8000-000000000001'::uuid"

# Public names, written by operators only: reading is open, writing needs the operators' scope.
REGISTERS = {
    "tenants_tenant": "That a tenant exists is public: sign-in leads there by it.",
    "tenants_hostname": "Host names are public: every visitor's browser names one.",
    "tenants_emaildomain": "Domains are public: sign-in leads to a tenant by them.",
    "tenants_allowedhost": "Operators say where a tenant may connect to: a tenant must not say so itself.",
}
OPEN = {
    "django_migrations": "Names of migrations; the application may only read it.",
    "django_content_type": "Names of models, the same for every tenant.",
    "auth_permission": "Names of the stock admin's permissions, the same for all; they give nobody power.",
    "auth_group": "Unused: power comes from role assignments. The application may only read it.",
    "auth_group_permissions": "Unused, like auth_group.",
    "procrastinate_jobs": "A worker serves every tenant. Holds ids and the tenant's id, no personal data.",
    "procrastinate_events": "When a job changed its state; ids and times only.",
    "procrastinate_periodic_defers": "When a periodic task was last queued; times only.",
    "procrastinate_workers": "Which workers are alive; ids and times only.",
}
READ_ONLY = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}
APPEND_ONLY = {"audit_entry", "audit_entryword"}
NEVER_DELETED = {"audit_head"}


def after_migrate(sender, using: str, **kwargs) -> None:
    """Lay the wall once per migrate: this comes app by app, when all tables are there already."""
    last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
    if sender == last and connections[using].vendor == "postgresql":
        lay(using)


def lay(using: str = "owner") -> None:
    """Put every table behind the wall and give the application's role just what it needs."""
    with connections[using].cursor() as cursor:
        role = connections[using].ops.quote_name(connections["default"].settings_dict["USER"])
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {name for (name,) in cursor.fetchall()}
        for table in sorted(tables):
            for statement in _statements(table, role):
                cursor.execute(statement)
        for statement in _grants_on_the_rest(role):
            cursor.execute(statement)


def _statements(table: str, role: str) -> list[str]:
    if table in OPEN:
        return [_grant(table, role)]
    stamp = [] if table in REGISTERS else [_stamp(table)]
    return [*stamp, *_policies(table), _grant(table, role)]


def _stamp(table: str) -> str:
    """Our own tables have the column from their migration; a library's gets it here."""
    return (
        f'ALTER TABLE "{table}" ADD COLUMN IF NOT EXISTS tenant_id uuid NOT NULL DEFAULT {CURRENT} '
        "REFERENCES tenants_tenant (id) DEFERRABLE INITIALLY DEFERRED"
    )


def _policies(table: str) -> list[str]:
    """FORCE: the owner is behind the wall too. No scope compares with NULL: no rows."""
    if table in REGISTERS:
        wall = [
            f'CREATE POLICY wall_read ON "{table}" FOR SELECT USING (true)',
            f'CREATE POLICY wall_write ON "{table}" FOR ALL USING ({CURRENT} = {OPERATORS})',
        ]
    elif table in APPEND_ONLY:
        wall = [
            f'CREATE POLICY wall_read ON "{table}" FOR SELECT USING ({OWN})',
            f'CREATE POLICY wall_write ON "{table}" FOR INSERT WITH CHECK ({OWN})',
        ]
    else:
        wall = [f'CREATE POLICY wall ON "{table}" USING ({OWN}) WITH CHECK ({OWN})']
    old = [f'DROP POLICY IF EXISTS {name} ON "{table}"' for name in ("wall", "wall_read", "wall_write")]
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        *old,
        *wall,
    ]


def _grant(table: str, role: str) -> str:
    rights = "SELECT, INSERT, UPDATE, DELETE"
    if table in READ_ONLY:
        rights = "SELECT"
    elif table in APPEND_ONLY:
        rights = "SELECT, INSERT"
    elif table in NEVER_DELETED:
        rights = "SELECT, INSERT, UPDATE"
    return f'REVOKE ALL ON "{table}" FROM {role}, PUBLIC; GRANT {rights} ON "{table}" TO {role}'


def _grants_on_the_rest(role: str) -> list[str]:
    return [
        # Only its owner's own database: sources lay what they say beside what is stored.
        f"DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {role}', current_database()); END $$",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
