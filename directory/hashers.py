from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at the minimum of OWASP's "Password Storage Cheat Sheet": 19 MiB, two passes, one lane.

    About 20 ms on a small server, so that a school's morning of sign-ins does not become its own attack.
    """

    time_cost = 2
    memory_cost = 19456  # KiB
    parallelism = 1
