"""What became of a deed that a form asked for."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from directory.connectors import AuthorityError


def succeeds(form: forms.Form, deed: Callable[..., object], *args, **kwargs) -> bool:
    """Do it; what an authority has to say against it goes onto the form."""
    try:
        deed(*args, **kwargs)
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return False
    return True
