"""A page of a large location, in the order of names.

PostgreSQL believes that few are in a school, for it cannot know which part of a tenant that is: it would
look up all of them to sort them, and keep 25. Where a location holds a good part of its tenant, walking
through the names and leaving out who is elsewhere ends much sooner.
"""

from __future__ import annotations

from django.db.models import QuerySet

from directory.models import User

LARGE = 500  # people of a location; fewer are looked up as quickly
LARGEST = 20_000  # of many more PostgreSQL might not hash the ids, and compare each name with all of them
STEPS = 5  # names walked by at most, for each person of the location: in vain they cost a third of looking up

# CASE: left alone, PostgreSQL turns the condition into a join, and looks up everyone after all.
WALK = """SELECT * FROM directory_user WHERE id IN (
    SELECT id FROM (SELECT id, sort_name FROM directory_user ORDER BY sort_name, id LIMIT %s) AS walked
    WHERE CASE WHEN id IN ({ids}) THEN true END
    ORDER BY sort_name, id LIMIT %s OFFSET %s
) ORDER BY sort_name, id"""


def walk(ids: QuerySet, count: int, start: int, number: int) -> list[User]:
    """So many of the `count` people with these ids, from `start` on; none where they are not found soon."""
    # Later pages are further than looking up takes.
    if not LARGE <= count <= LARGEST or start * 10 > count:
        return []
    sql, params = ids.query.sql_with_params()
    found = list(User.objects.raw(WALK.format(ids=sql), [count * STEPS, *params, number, start]))
    return found if len(found) == number else []
