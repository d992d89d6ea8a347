"""What our templates say often: icons, faces, fields, times and numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import phonenumbers
from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directory.models import AdministrativeUnit, User
from directory.passwords import WORDS, Rule

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """A picture from the sprite; never the only thing that says something."""
    return format_html(
        '<svg aria-hidden="true" class="{}"><use href="{}#{}"/></svg>', css, static("icons.svg"), name
    )


@register.simple_tag
def avatar(person: User, css: str = "") -> SafeString:
    """Initials in place of a photo; tinted by id, never by status."""
    return format_html(
        '<span class="avatar {}" data-tone="{}" aria-hidden="true">{}</span>',
        css,
        person.tone,
        person.initials,
    )


@register.simple_tag
def parts_of_location(units: list[AdministrativeUnit]) -> SafeString:
    """Links to some locations, at least one, each with how many people it has.

    There may be hundreds: one path is looked up for all, and no template goes round them.
    """
    before, after = reverse("location", args=[units[0].pk]).split(str(units[0].pk))
    dynamic = f" · {_('Dynamic')}"
    shown = ((before, u.pk, after, u.name, u.people, dynamic if u.membership_rule else "") for u in units)
    return format_html_join("", '<li><a href="{}{}{}">{}</a> <span>{}{}</span></li>', shown)


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, rules: list[Rule] | None = None) -> dict[str, Any]:
    """A field as label, hint, error, input: each part tied to the input for screen readers.

    With rules it is one for a new password: they are checked while somebody types, and its strength is shown.
    """
    parts = {"helptext": bound.help_text, "rules": rules, "error": bound.errors}
    ids = [f"{bound.auto_id}_{part}" for part, shown in parts.items() if shown]
    attrs = {"aria-describedby": " ".join(ids)} if ids else {}
    secret = getattr(bound.field.widget, "input_type", "") == "password"
    shown = {"field": bound, "rules": rules, "secret": secret, "input": bound.as_widget(attrs=attrs)}
    return shown | ({"form": bound.form, "words": WORDS} if rules else {})


@register.filter
def when(moment: datetime) -> str:
    """A time as people say it: “Today, 08:42”, “6 October, 14:05”, with the year once that is another."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s") % {"day": _day(local), "time": formats.date_format(local, "H:i")}


@register.filter
def hour(moment: datetime) -> str:
    """The hour it was in, as people say times: nobody has to know the minute."""
    return when(moment.replace(minute=0))


def _day(local: datetime) -> str:
    today = timezone.localtime().date()
    if local.date() == today:
        return _("Today")
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    if local.date() == today + timedelta(days=1):
        return _("Tomorrow")
    return formats.date_format(local, "j F" if local.year == today.year else "j F Y")


@register.filter
def breakable(user_name: str) -> SafeString:
    """A user name that a narrow line breaks where people would: before its domain."""
    name, at, domain = user_name.partition("@")
    return format_html('{}<wbr><span class="domain">{}{}</span>', name, at, domain)


@register.filter
def phone(number: str) -> str:
    """An E.164 number as it is written across borders: +1 425-555-0100."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def number(count: int) -> str:
    """With separators, as people write it: 1,030."""
    return formats.number_format(count, force_grouping=True)


@register.filter
def masked(value: str) -> str:
    """A number or an address for those who may not manage it: that there is one, and hardly more."""
    if "@" in value:
        name, _at, domain = value.rpartition("@")
        return f"{name[:1]}•••@{domain}"
    return f"••• {value[-2:]}"
