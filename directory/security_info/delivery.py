"""What the worker does for somebody who proves an address or number: sends the code."""

from django.utils import timezone

from directory import notices
from directory.models import Proof
from directory.recovery import codes


def send_code(proof: Proof) -> None:
    """Send a new code there; done twice it sends two, of which the last one works."""
    if proof.ends_at <= timezone.now() or not proof.person.is_active:
        return
    code = codes.make()
    if _keep(proof, code):
        notices.send_to(proof.way, proof.destination, "code", proof.person, code=code, minutes=codes.MINUTES)


def _keep(proof: Proof, code: str) -> bool:
    """Only while it is still about this address: a code sent to one must never prove another."""
    same = Proof.objects.filter(pk=proof.pk, destination=proof.destination, asked_at=proof.asked_at)
    ends_at = timezone.now() + codes.LIFETIME
    return bool(same.update(code_hash=codes.hashed(proof, code), code_ends_at=ends_at))
