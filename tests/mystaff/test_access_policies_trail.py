"""What the trail has of access policies."""

from audit.models import Entry
from directory.access_policies import State
from mystaff.evaluation import TOLD
from tests.mystaff.policies import BLOCKED, EVALUATED, HERE, evaluated, policy, session_of, signed_in


def test_a_reload_does_not_fill_the_trail(district):
    browser = signed_in(district.maria)
    policy(on_portal=True, on_account=True, **BLOCKED)
    for _time in range(4):
        browser.get("/riverside/")
        browser.get(f"/riverside/people/{district.sam.pk}/")
    assert len(evaluated()) == 1
    browser.get("/riverside/account/")  # another surface
    assert len(evaluated()) == 2
    signed_in(district.maria).get("/riverside/")  # another session
    assert len(evaluated()) == 3


def test_two_first_requests_at_once_write_one_line(district):
    browser = signed_in(district.maria)
    policy(on_portal=True, **BLOCKED)
    browser.get("/riverside/")
    with session_of(browser, district.maria) as session:
        del session[TOLD]  # as the second request found it
    browser.get("/riverside/")
    assert len(evaluated()) == 1


def test_an_entry_names_policy_person_surface_and_network(district):
    policy(on_portal=True, name="School network", **BLOCKED)
    signed_in(district.maria).get("/riverside/")
    entry = Entry.objects.get(activity=EVALUATED)
    assert (entry.target_name, entry.target_type) == ("School network", "AccessPolicy")
    assert (entry.actor_name, entry.ip_address) == ("Maria López", HERE)
    assert entry.result_reason == "Not from this network."
    details = {one["key"]: one["value"] for one in entry.additional_details}
    assert details == {"Source": "My Staff", "Action": "evaluate_access_policy", "State": "On"}


def test_what_is_met_or_off_leaves_no_line(district):
    policy(State.OFF, on_portal=True, name="Off", **BLOCKED)
    policy(on_portal=True, name="Met", allowed_networks=HERE)
    assert signed_in(district.maria).get("/riverside/", follow=True).status_code == 200
    assert evaluated() == []
