"""How passwords are kept."""

from django.contrib.auth.hashers import check_password, identify_hasher, make_password


def test_passwords_are_kept_as_argon2id_at_owasps_minimum():
    kept = make_password("Copper-Lantern-47")
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != make_password("Copper-Lantern-47")


def test_the_whole_password_counts_letter_for_letter():
    long = "x" * 255
    kept = make_password(f"{long}y")
    assert check_password(f"{long}y", kept)
    for other in (f"{long}z", long, f"{long}Y", f"{long}y ", f" {long}y"):
        assert not check_password(other, kept)


def test_a_weaker_hash_is_made_anew_when_its_person_signs_in():
    weak = make_password("Copper-Lantern-47", hasher="pbkdf2_sha256")
    anew = []
    assert check_password("Copper-Lantern-47", weak, setter=anew.append) and anew == ["Copper-Lantern-47"]
    assert identify_hasher(make_password(anew[0])).algorithm == "argon2"
