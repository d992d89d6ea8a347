"""What a reset comes to, and where it can be made to stand still."""

from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry
from directory.models import User
from tests.conftest import PASSWORD
from tests.faults.browser import Answer, Browser

# What another connection holds so that a reset of Sam stands still there.
STAGES = {
    "before the attempt": "LOCK TABLE audit_entry IN SHARE MODE",
    "before the password": "SELECT FROM directory_user WHERE given_name = 'Sam' FOR UPDATE",
    "after the password": "LOCK TABLE procrastinate_jobs IN SHARE MODE",
}


def trail() -> list[str]:
    """How everything in it ended, the oldest first."""
    return list(Entry.objects.order_by("activity_at").values_list("result", flat=True))


def is_as_before(person: User, theirs: Browser) -> bool:
    """Whether password, sessions and notices are what they were: nothing has come of a reset."""
    now = User.objects.get(pk=person.pk)
    return (
        now.check_password(PASSWORD)
        and not now.must_change_password
        and theirs.get("/riverside/account/").status == 200
        and not ProcrastinateJob.objects.exists()
    )


def is_reset(person: User, theirs: Browser, password: str | None = None) -> bool:
    """Whether the password is new (and this one), every session has ended, and one notice is on its way."""
    now = User.objects.get(pk=person.pk)
    return (
        not now.check_password(PASSWORD)
        and (password is None or now.check_password(password))
        and now.must_change_password
        and theirs.get("/riverside/account/").status == 302
        and ProcrastinateJob.objects.count() == 1
    )


def is_honest(answer: Answer) -> bool:
    """Whether it is our page for a database that is away, which claims nothing about a reset."""
    return (
        answer.status == 503
        and answer.headers["retry-after"] == "30"
        and "<h1>MyStaff is not available at the moment</h1>" in answer.text
        and ("We do not know whether" in answer.text) != ("Nothing was changed" in answer.text)
        and "has been reset" not in answer.text
    )
