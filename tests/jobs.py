"""What is queued, done at once and in the test's own transaction."""

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def queued() -> list[str]:
    """The names of the tasks that wait, oldest first."""
    waiting = ProcrastinateJob.objects.filter(status="todo").order_by("pk")
    return [name.rpartition(".")[2] for name in waiting.values_list("task_name", flat=True)]


def run() -> list[str]:
    """Do everything that waits, and what that queues; the names of what was done."""
    done = []
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("pk").first():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk])
        app.tasks[job.task_name].func(**job.args)
        done.append(job.task_name.rpartition(".")[2])
    return done
