"""What a OneRoster service may do wrong, and what must be said."""

from tests.directory.sync.oneroster_server import role

# How it breaks off half way.
BROKEN = [
    ({"with_": 500}, "The service refused it (500)."),
    ({"with_": 403}, "The service refused it (403)."),
    ({"with_": 404}, "The service refused it (404)."),
    ({"with_": 302}, "The service refused it (302)."),
    ({"with_": 401}, "The service refused it (401)."),
    ({"with_": None}, "“127.0.0.1” did not answer."),
    ({"with_": b""}, "The answer is no page of a OneRoster service."),
    ({"with_": b"<html>"}, "The answer is no page of a OneRoster service."),
    ({"with_": b'{"users": [{"sourcedId": "x"'}, "The answer is no page of a OneRoster service."),
    ({"with_": b"[]"}, "The answer is no page of a OneRoster service."),
    ({"with_": b'{"user": []}'}, "The answer is no page of a OneRoster service."),
    ({"with_": b'{"users": {}}'}, "The answer is no page of a OneRoster service."),
    ({"with_": b"[" * 200_000}, "The answer is no page of a OneRoster service."),
    ({"with_": b"1" * 10_000}, "The answer is no page of a OneRoster service."),
    ({"with_": b'{"users": []}'}, "It breaks off: the service says that there are 730, and gave 200."),
]
# A resource, what its second object holds instead, and the problem.
OBJECTS = [
    ("users", "x", "users:2: This is no object."),
    ("users", {"sourcedId": None}, "users:2: The column sourcedId is empty."),
    ("users", {"givenName": ["Nora"]}, "users:2: The property for givenName is not what"),
    ("users", {"givenName": 1.5}, "users:2: The property for givenName is not what"),
    ("users", {"givenName": "No\0ra"}, "users:2: The property for givenName is not what"),
    ("users", {"givenName": "No\ud800ra"}, "users:2: The property for givenName is not what"),
    ("users", {"givenName": "No\ufffdra"}, "users:2: The property for givenName is not what"),
    ("users", {"givenName": "N" * 129}, "users:2: The column givenName is longer than 128 characters."),
    ("users", {"familyName": ""}, "users:2: The column familyName is empty."),
    ("users", {"username": None}, "users:2: The column username is empty."),
    ("users", {"username": "tom.baker"}, "users:2: The username “tom.baker” stands in line 1 too."),
    ("users", {"enabledUser": "maybe"}, "users:2: The column enabledUser is neither true"),
    ("users", {"status": "gone"}, "users:2: The column status is “gone” and none of: active,"),
    ("users", {"roles": "student"}, "users:2: The property for roles is not what"),
    ("users", {"roles": ["student"]}, "users:2: This is no object."),
    ("users", {"roles": [{"role": "student", "roleType": "primary"}]}, "users:2: The column orgSourcedId is"),
    ("users", {"roles": [role("student", "s2", "first")]}, "users:2: The column roleType is “first”"),
    ("users", {"primaryOrg": "s2"}, "users:2: The property for primaryOrgSourcedId is not what"),
    ("users", {"grades": "09"}, "users:2: The property for grades is not what"),
    ("enrollments", {"beginDate": "17/08/2026"}, "enrollments:2: The column beginDate is not a date like"),
    ("enrollments", {"user": None}, "enrollments:2: The column userSourcedId is empty."),
    ("enrollments", {"class": []}, "enrollments:2: The property for classSourcedId is not what"),
    ("orgs", {"type": "shcool"}, "orgs:2: The column type is “shcool” and none of:"),
    ("orgs", {"parent": {"sourcedId": "s1"}}, "orgs:2: The organization “s1” lies below itself."),
    ("academicSessions", {"endDate": None}, "academicSessions:2: The academic session has no dates."),
]
