"""Reading the trail in tests."""

from audit.models import Entry, Result


def outcomes(activity: str) -> list[str]:
    """How each try of this deed ended, in order, attempts left out."""
    found = Entry.objects.filter(activity=activity).exclude(result=Result.ATTEMPTED).order_by("activity_at")
    return list(found.values_list("result", flat=True))


def last(activity: str) -> Entry:
    """The newest entry of a deed that was done."""
    return Entry.objects.filter(activity=activity, result=Result.SUCCESS).order_by("-activity_at")[0]


def changes(activity: str) -> dict[str, tuple]:
    """What the newest one changed: {name: (old, new)}."""
    return {c["name"]: (c["oldValue"], c["newValue"]) for c in last(activity).modified_properties}
