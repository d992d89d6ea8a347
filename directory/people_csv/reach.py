"""Whom an import reaches: asked of the rule of the single deeds, for all people at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from directory import administration, administrators, permissions, refusals
from directory.models import User
from directory.people_csv.plan import Step
from directory.verbs import Action

AT_ONCE = 2000  # people asked for in one statement
EXPLAINED = 50  # people of whom is said why they are out of reach: it takes several queries for each


def batches(values: Collection) -> Iterator[list]:
    """The values, so many at a time as one statement takes."""
    values = list(values)
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def reached(actor: User, action: Action, ids: Collection[UUID]) -> set[UUID]:
    """Those of these people whom this action of this person reaches."""
    reachable = permissions.reachable(actor, action)
    found: set[UUID] = set()
    for some in batches(ids):
        found.update(reachable.filter(pk__in=some).values_list("pk", flat=True))
    return found


def refuse_out_of_reach(steps: list[Step], actor: User) -> None:
    """Refuse every step that comes down to a deed which does not reach the person."""
    open_steps = [step for step in steps if not step.problem]
    explained = 0
    deeds = {word: action for step in open_steps for word, action in step.deeds.items()}
    for word, action in sorted(deeds.items()):
        concerned = [step for step in open_steps if word in step.deeds and not step.problem]
        found = reached(actor, action, [step.person.pk for step in concerned if not step.is_new])
        new = any(step.is_new for step in concerned) and _reaches_new(actor, action)
        for step in concerned:
            if step.is_new and not new:
                step.problem = _("Your role does not include addresses and phone numbers of new people.")
            elif not step.is_new and step.person.pk not in found:
                explained += 1
                step.problem = _out_of_reach(actor, action, step.person, brief=explained > EXPLAINED)


def _out_of_reach(actor: User, action: Action, person: User, *, brief: bool = False) -> str:
    said = None if brief else refusals.refusal(actor, action, person)
    return said or _("You cannot change this of this person.")


def _reaches_new(actor: User, action: Action) -> bool:
    """Asked for somebody as new as these, who is taken back at once."""
    with transaction.atomic():
        sample = User(user_principal_name=f"~{uuid4()}", display_name="~")
        User.objects.bulk_create([sample])
        found = permissions.reachable(actor, action).filter(pk=sample.pk).exists()
        transaction.set_rollback(True)
    return found


def refuse_last_administrators(steps: list[Step]) -> None:
    """Refuse to disable those without whom nobody would administer the tenant."""
    disabled = {step.person.pk: step for step in steps if administration.DISABLE_ACCOUNT.word in step.deeds}
    lasting = administrators.lasting() if disabled else set()
    if lasting and lasting <= disabled.keys():
        for key in lasting:
            disabled[key].problem = disabled[key].problem or _(administrators.LAST_ONE)
