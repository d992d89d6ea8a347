"""What a teacher is told where a directory outside does not do it: what to do, and nothing technical."""

from __future__ import annotations

from django.utils.translation import gettext as _


def ask_it(said: str) -> str:
    """For what only its administrator can mend, and anybody can understand."""
    return _("Ask your IT department: %(said)s") % {"said": said}


def look_at(directory: str) -> str:
    """The same, where what is wrong is technical."""
    return ask_it(_("MyStaff’s connection to %(directory)s does not work.") % {"directory": directory})


def later(directory: str) -> str:
    """For what may be over soon."""
    said = _(
        "%(directory)s does not answer. Try again in a few minutes. If that does not help, ask your IT "
        "department."
    )
    return said % {"directory": directory}
