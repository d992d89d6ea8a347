"""Rules of locations: set, changed, paused, taken away."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from directory import administration, administrators, dynamic_units, rules
from directory.actions.saving import inside, note_changes
from directory.actions.units import restricted_from, target_of
from directory.connectors import Refused
from directory.door import Initiator, administering
from directory.models import AdministrativeUnit, Group, UnitMembership

# As Microsoft Graph's "administrativeUnit resource type" calls them.
FIELDS = {"membership_rule": "membershipRule", "rule_is_paused": "membershipRuleProcessingPaused"}


def check_rule(text: str) -> None:
    """Raise ValidationError, with a sentence that names the place, for what is no rule here."""
    try:
        rule = rules.parse(text)
    except rules.RuleError as error:
        raise ValidationError(str(error)) from error
    there = set(Group.objects.filter(pk__in=rule.groups).values_list("pk", flat=True))
    if missing := sorted(rule.groups - there):
        raise ValidationError(_("There is no group with the id %(id)s.") % {"id": missing[0]})


def set_rule(unit: AdministrativeUnit, rule: str, paused: bool = False, *, by: Initiator) -> None:
    """Let a rule find who is in a location; '' ends that, and keeps who is there as assigned.

    A paused rule changes nobody. Raises ValidationError for what is no rule, Refused for a location whose
    people come from a source, for one too many, and for a rule that takes too long.
    """
    old, new = inside(unit), inside(unit)
    new.membership_rule, new.rule_is_paused = rule.strip(), paused and bool(rule.strip())
    if all(getattr(new, name) == getattr(old, name) for name in FIELDS):
        return
    if new.membership_rule:
        check_rule(new.membership_rule)
    refused = restricted_from(by.user, old.path) if by.user else None
    with (
        administering(by, administration.UPDATE_UNIT, target_of(old), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        dynamic_units.hold(alone=True)
        _refuse_rule(old, new)
        new.save(update_fields=note_changes(deed, old, new, FIELDS))
        deed.details |= dynamic_units.counted(_brought_in_line(new))


def _refuse_rule(old: AdministrativeUnit, new: AdministrativeUnit) -> None:
    if not new.membership_rule or old.membership_rule:
        return
    if new.source:
        said = _("This location comes from %(source)s, which says who is in it.")
        raise Refused(said % {"source": new.source})
    if AdministrativeUnit.objects.exclude(membership_rule="").count() >= dynamic_units.MOST:
        most = {"most": dynamic_units.MOST}
        raise Refused(_("There are %(most)d locations with rules, and no more can be.") % most)


def _brought_in_line(unit: AdministrativeUnit) -> dynamic_units.Moved:
    """Those who are here by hand are the rule's from now on, or the other way round."""
    here = UnitMembership.objects.filter(unit=unit)
    if not unit.membership_rule:
        here.filter(source=dynamic_units.BY_RULE).update(source="")
        return dynamic_units.Moved(unit)
    here.filter(source="").update(source=dynamic_units.BY_RULE)
    if unit.rule_is_paused:
        return dynamic_units.Moved(unit)
    moved = dynamic_units.of_unit(unit)
    dynamic_units.write([moved])
    return moved
