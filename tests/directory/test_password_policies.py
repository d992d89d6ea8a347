"""Whose rules hold for whose password, and what a policy may ask for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory import roles
from directory.models import Group, GroupMember, GroupOwner, PasswordPolicy, Preset, UnitMembership
from directory.password_policies import policy_for
from directory.passwords import ENTRA, NIST, Policy
from tests.conftest import assign, make_person, make_unit

WORDS = [f"{a}{b}{c}word" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzefgh"]
YOUNG = {"shortest": 6, "classes_needed": 1, "refuse_names": False, "points_needed": 0}


def make_policy(unit=None, preset=Preset.OWN, **rules) -> PasswordPolicy:
    policy = PasswordPolicy(unit=unit, preset=preset, **rules)
    policy.full_clean()
    policy.save()
    return policy


@pytest.fixture
def nist(district) -> PasswordPolicy:
    return make_policy(preset=Preset.NIST)


@pytest.fixture
def young(district) -> PasswordPolicy:
    """Weaker rules for Lincoln Elementary."""
    return make_policy(district.lincoln, **YOUNG)


# --- the nearest one ---


def test_a_tenant_that_has_set_none_has_entras(district):
    for person in (district.pia, district.admin, district.tom):
        assert policy_for(person) == ENTRA
    assert not PasswordPolicy.objects.exists()


def test_the_tenants_holds_for_everyone(district, nist):
    assert policy_for(district.pia) == policy_for(district.admin) == policy_for(district.tom) == NIST


def test_a_locations_holds_for_all_below_it_and_for_nobody_else(district, nist, young):
    assert policy_for(district.pia) == young.rules  # in Students, below Lincoln
    assert policy_for(district.nora) == NIST


def test_the_nearest_one_holds(district, young):
    nearer = make_policy(district.lincoln_students, shortest=7)
    assert policy_for(district.pia) == nearer.rules
    assert policy_for(district.sam) == young.rules


def test_in_several_locations_the_strictest_of_the_nearest_holds_for_each_rule(district):
    one = make_policy(district.lincoln, **YOUNG | {"shortest": 9, "banned_words": "mascot"})
    other = make_policy(district.algebra, classes_needed=4, points_needed=2, refuse_common=False)
    UnitMembership.objects.create(unit=district.algebra, user=district.pia)
    both = policy_for(district.pia)
    assert (both.shortest, both.classes, both.points) == (9, 4, 2)
    assert both.names and both.common and both.banned == ("mascot",)
    assert both == one.rules.strictest(other.rules)


def test_a_location_without_one_counts_as_the_tenants(district, nist, young):
    UnitMembership.objects.create(unit=district.algebra, user=district.pia)
    assert policy_for(district.pia).shortest == 15


def test_who_is_in_no_location_has_the_tenants(district, nist, young):
    assert policy_for(make_person("nobody@riverside.example", "No Place")) == NIST


def test_another_tenants_policies_change_nothing(district, lake):
    with lake.tenant.scope():
        make_policy(preset=Preset.NIST)
        assert policy_for(lake.ivy) == NIST
    assert policy_for(district.pia) == ENTRA


def test_it_takes_a_query_and_another_one_where_locations_have_policies(
    district, nist, django_assert_num_queries
):
    for unit in (district.algebra, district.biology):
        UnitMembership.objects.create(unit=unit, user=district.pia)
    with django_assert_num_queries(1):
        policy_for(district.pia)
    for unit in (district.lincoln, district.algebra, district.lincoln_students):
        make_policy(unit, **YOUNG)
    with django_assert_num_queries(2):
        policy_for(district.pia)


# --- people with roles ---


def group_with(person, through):
    group = Group.objects.create(name="Helpers", is_role_assignable=True)
    through.objects.create(group=group, user=person)
    return group


HOLDERS = {
    "scoped": lambda pia, unit: assign(pia, roles.PASSWORD, unit),
    "later": lambda pia, _unit: assign(pia, roles.HELPDESK, starts_at=timezone.now() + timedelta(days=9)),
    "through a group": lambda pia, unit: assign(group_with(pia, GroupMember), roles.PASSWORD, unit),
    "member of a group that may be given one": lambda pia, _unit: group_with(pia, GroupMember),
    "owner of a group that may be given one": lambda pia, _unit: group_with(pia, GroupOwner),
}


@pytest.mark.parametrize("how", HOLDERS)
def test_whoever_holds_a_role_is_never_under_weaker_rules_than_the_tenants(district, young, how):
    assert policy_for(district.pia).shortest == 6
    HOLDERS[how](district.pia, district.lincoln)
    assert policy_for(district.pia) == replace(ENTRA, banned=())
    make_policy(preset=Preset.NIST)
    assert policy_for(district.pia) == replace(ENTRA.strictest(NIST), classes=1, names=False, points=0)


def test_a_role_that_is_over_and_an_ordinary_group_count_as_none(district, young):
    assign(district.pia, roles.HELPDESK, ends_at=timezone.now() - timedelta(days=1))
    GroupMember.objects.create(group=Group.objects.create(name="Choir"), user=district.pia)
    assert policy_for(district.pia) == young.rules


def test_a_locations_stricter_rules_hold_for_its_administrators_too(district):
    make_policy(district.lincoln, shortest=20)
    assert policy_for(district.maria).shortest == 20


# --- the rows ---


def test_a_row_as_it_is_made_has_entras_rules(district):
    assert PasswordPolicy().rules == ENTRA


@pytest.mark.parametrize(("preset", "rules"), [(Preset.ENTRA, ENTRA), (Preset.NIST, NIST)])
def test_a_preset_fills_in_everything_but_the_own_words(district, preset, rules):
    policy = make_policy(preset=preset, banned_words="mascot\nRiver", **YOUNG | {"shortest": 9})
    assert PasswordPolicy.objects.get().rules == policy.rules
    assert policy.rules == replace(rules, banned=("River", "mascot"))


def test_own_keeps_what_was_typed(district, young):
    assert PasswordPolicy.objects.get().rules == Policy(6, 256, classes=1, names=False, points=0)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"shortest": 7}, "__all__"),
        ({"shortest": 5}, "shortest"),
        ({"shortest": 65}, "shortest"),
        ({"longest": 63}, "longest"),
        ({"longest": 257}, "longest"),
        ({"classes_needed": 5}, "classes_needed"),
        ({"points_needed": 11}, "points_needed"),
        ({"banned_words": "cat"}, "banned_words"),
        ({"banned_words": "x" * 17}, "banned_words"),
        ({"banned_words": "team47"}, "banned_words"),
        ({"banned_words": "\n".join([*WORDS, "more"])}, "banned_words"),
    ],
)
def test_what_a_policy_may_not_ask_for(district, rules, field):
    with pytest.raises(ValidationError) as refused:
        make_policy(**rules)
    assert list(refused.value.message_dict) == [field]
    assert not PasswordPolicy.objects.exists()


def test_a_thousand_words_may_be_banned(district):
    assert len(make_policy(banned_words="\n".join(WORDS)).rules.banned) == 1000


def test_no_policy_of_a_location_goes_below_six(district):
    assert make_policy(district.lincoln, shortest=6).rules.shortest == 6
    with pytest.raises(ValidationError):
        make_policy(district.jefferson, shortest=5)


def test_the_database_holds_the_limits_too(district):
    rows = [{"shortest": 7}, {"shortest": 5, "unit": district.lincoln}, {"longest": 8}, {"classes_needed": 9}]
    for rules in rows:
        with pytest.raises(IntegrityError, match="password"), transaction.atomic():
            PasswordPolicy.objects.create(preset=Preset.OWN, **rules)


@pytest.mark.parametrize("place", ["lincoln", None])
def test_there_is_one_policy_for_each_place(district, place):
    unit = place and getattr(district, place)
    make_policy(unit)
    with pytest.raises(ValidationError, match="There is a policy for that already"):
        make_policy(unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordPolicy(unit=unit).save()


def test_a_location_takes_its_policy_with_it(district):
    unit = make_unit("Closed", district.lincoln)
    make_policy(unit)
    unit.delete()
    assert not PasswordPolicy.objects.exists()


def test_it_is_named_after_whom_it_holds_for(district, young):
    assert [str(one) for one in (young, PasswordPolicy())] == ["Lincoln Elementary", "Everyone"]
