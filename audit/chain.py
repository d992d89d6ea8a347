"""What an entry says, in one form for ever, and the hash that chains it to the entry before it.

Changing what facts() makes of an entry that is written already breaks every chain; a field that is added may
only appear where it holds something.
"""

from __future__ import annotations

import json
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from audit import plain

if TYPE_CHECKING:
    from audit.models import Entry

START = "0" * 64  # stands for the hash of the entry before the first


def facts(entry: Entry) -> dict[str, Any]:
    """Every stored field but the hash, as Microsoft Graph's directoryAudit record; what is empty is left out.

    Microsoft, "directoryAudit resource type"; `tenantId`, `sequence` and `previousHash` are our own.
    """
    return _filled(
        id=str(entry.pk),
        tenantId=str(entry.tenant_id),
        sequence=entry.sequence,
        activityDateTime=entry.activity_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        activityDisplayName=entry.activity,
        category=entry.category,
        loggedByService=entry.service,
        operationType=entry.operation_type,
        correlationId=str(entry.correlation_id),
        result=str(entry.result),
        resultReason=entry.result_reason,
        initiatedBy=_initiated_by(entry),
        targetResources=_target_resources(entry),
        additionalDetails=_list(entry.additional_details),
        previousHash=entry.previous_hash,
    )


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _initiated_by(entry: Entry) -> dict[str, Any]:
    """A program where there is neither id nor user name."""
    who = _filled(
        id=_text(entry.actor_id),
        displayName=entry.actor_name,
        userPrincipalName=entry.actor_principal_name,
        ipAddress=_address(entry.ip_address),
    )
    return {"user" if "id" in who or "userPrincipalName" in who else "app": who}


def _target_resources(entry: Entry) -> list[dict[str, Any]]:
    target = _filled(
        id=_text(entry.target_id),
        displayName=entry.target_name,
        type=entry.target_type,
        userPrincipalName=entry.target_principal_name,
        modifiedProperties=_modified(entry.modified_properties),
    )
    return [target] if target else []


def _modified(changes: Any) -> list:
    """Under Microsoft's name for the name. What we did not write has no hash that fits."""
    ours = isinstance(changes, list) and all(
        isinstance(change, dict) and "displayName" not in change for change in changes
    )
    if not ours:
        return [changes]
    return [{"displayName" if n == "name" else n: value for n, value in c.items()} for c in changes]


def _list(value: Any) -> list:
    return value if isinstance(value, list) else [value]  # nothing that we wrote


def _address(value: str | None) -> str | None:
    """PostgreSQL writes a few addresses in another way than they were given."""
    try:
        return plain.address(value)
    except ValueError:
        return value  # nothing that we wrote


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


def canonical(facts: dict[str, Any]) -> str:
    """The one text for these facts: names sorted, no white space (RFC 8785, JSON Canonicalization Scheme)."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(entry: Entry) -> str:
    """The hash that belongs to this entry: SHA-256 of the canonical text in UTF-8, in hexadecimal digits."""
    return sha256(canonical(facts(entry)).encode()).hexdigest()
