"""A row in each table that the people of a tenant do not fill by themselves."""

from __future__ import annotations

# {u} is a person, {e} an e-mail address of the library's, {t} the tenant. Canaries come over the texts later.
ROWS = (
    "INSERT INTO account_emailaddress (email, verified, \"primary\", user_id) VALUES ('x', true, true, {u})",
    "INSERT INTO account_emailconfirmation (created, sent, key, email_address_id) "
    "SELECT now(), now(), {u}, id FROM account_emailaddress WHERE user_id = {u}",
    "INSERT INTO allauth_idp_oidc_client (id, name, secret, scopes, default_scopes, type, grant_types, "
    "redirect_uris, cors_origins, allow_uri_wildcards, response_types, skip_consent, created_at, data) "
    "VALUES (md5('client' || {u}), 'x', 'x', 'openid', '', 'public', 'authorization_code', "
    "'https://x.example/', '', false, 'code', true, now(), '{{}}')",
    "INSERT INTO directory_application (client_ptr_id, post_logout_redirect_uris) "
    "VALUES (md5('client' || {u}), 'https://x.example/')",
    "INSERT INTO allauth_idp_oidc_token (type, hash, client_id, user_id, data, created_at, expires_at, "
    "scopes) VALUES ('at', {u}, md5('client' || {u}), {u}, '{{}}', now(), now() + interval '1 year', "
    "'openid')",
    "INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message, "
    "user_id) VALUES (now(), 'x', 'x', 1, 'x', {u})",
    "INSERT INTO social_auth_association (server_url, handle, secret, issued, lifetime, assoc_type) "
    "VALUES ({u}, {u}, 'x', 1, 1, 'x')",
    "INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES ({u}, 'x', true, now())",
    "INSERT INTO social_auth_nonce (server_url, timestamp, salt) VALUES ({u}, 1, 'x')",
    "INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data) "
    "VALUES (left({u}, 32), 1, 'x', now(), '{{}}')",
    "INSERT INTO social_auth_usersocialauth (provider, uid, user_id, created, modified, extra_data, id_key) "
    "VALUES ('x', {u}, {u}, now(), now(), '{{}}', 'x')",
    "INSERT INTO cache (cache_key, value, expires) VALUES (md5({u})::uuid, 'x', now() + interval '1 year')",
    "INSERT INTO tenants_session (key_hash, data, expires_at, made_at, user_agent, owner) "
    "VALUES (md5({u})::uuid, 'x', now() + interval '1 year', now(), 'x', {u})",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args) VALUES "
    "('x', 'x', {u}, jsonb_build_object('tenant', {t}, 'person', {u}))",
)
# Numbers of rows are canaries too: each table has a range of its own.
BEGIN, STEP = 1_310_000_000, 1_000_000


def insert(connection, tenant: str, person: str) -> None:
    """One row of each, as somebody in this tenant would have made it."""
    connection.execute("SELECT set_config('app.tenant', %s, false)", [tenant])
    for statement in ROWS:
        connection.execute(statement.format(u=f"'{person}'", t=f"'{tenant}'"))


def begin_numbers(connection) -> None:
    """Rows made from now on have numbers that occur nowhere else."""
    found = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' ORDER BY 1")
    for nth, (name,) in enumerate(found.fetchall()):
        connection.execute("SELECT setval(%s, %s)", [name, BEGIN + nth * STEP])
