"""That the judges judge: requests which the published descriptions do not know are found wrong."""

import pytest

from tests.cloud import microsoft, workspace
from tests.cloud.csdl import Wrong

USER, PASSWORD = "/users/u1", {"password": "x", "forceChangePasswordNextSignIn": True}
METHODS = f"{USER}/authentication/phoneMethods"


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("PATCH", "/people/u1", {}, {"displayName": "x"}),
        ("PATCH", USER, {}, {"password": "x"}),
        ("PATCH", USER, {}, {"passwordProfile": {"newPassword": "x"}}),
        ("PATCH", USER, {}, {"passwordProfile": PASSWORD | {"forceChangePasswordNextSignIn": "true"}}),
        ("PATCH", USER, {}, {"passwordProfile": "x"}),
        ("PATCH", USER, {}, {"otherMails": None}),
        ("PATCH", USER, {}, {"otherMails": [7]}),
        ("PATCH", USER, {}, {"id": "x"}),
        ("PATCH", USER, {}, None),
        ("PATCH", "/users", {}, {"displayName": "x"}),
        ("PUT", USER, {}, {"displayName": "x"}),
        ("POST", USER, {}, {"displayName": "x"}),
        ("GET", f"{USER}/revokeSignInSessions", {}, None),
        ("POST", f"{USER}/revokeSessions", {}, None),
        ("POST", f"{USER}/revokeSignInSessions", {}, {"now": True}),
        ("POST", f"{USER}/authentication/methods/x/resetPassword", {}, {"password": "x"}),
        ("POST", METHODS, {}, {"phoneNumber": "+1 2", "phoneType": "home"}),
        ("POST", METHODS, {}, {"number": "+1 2", "phoneType": "mobile"}),
        ("POST", METHODS, {}, {"phoneNumber": "+1 2", "smsSignInState": "ready"}),
        ("DELETE", METHODS, {}, None),
        ("GET", "/users/delta", {"$select": "displayName,username"}, None),
        ("GET", "/users/delta", {"$top": "5"}, None),
        ("GET", "/users/delta", {"$deltatoken": "x", "$select": "displayName"}, None),
        ("POST", "/users/delta", {}, None),
        ("GET", "/directory/administrativeUnits/u1/people", {}, None),
    ],
)
def test_what_graph_does_not_know_is_wrong(method, path, query, body):
    with pytest.raises(Wrong):
        microsoft.DESCRIPTION.judge(method, path, query, body)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("PATCH", USER, {}, {"passwordProfile": PASSWORD}),
        ("PATCH", USER, {}, {"otherMails": ["a@x.example"], "mobilePhone": None}),
        ("POST", f"{USER}/authentication/methods/x/resetPassword", {}, {"newPassword": "x"}),
        ("POST", f"{USER}/authentication/methods/x/resetPassword", {}, None),
        ("GET", "/directory/administrativeUnits/delta", {"$deltatoken": "x"}, None),
        ("GET", "/groups/g/members", {"$top": "5", "$select": "id"}, None),
    ],
)
def test_what_graph_knows_is_right(method, path, query, body):
    microsoft.DESCRIPTION.judge(method, path, query, body)


ADMIN = "/admin/directory/v1"
WRITES = {"https://www.googleapis.com/auth/admin.directory.user"}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "scopes"),
    [
        ("PUT", f"{ADMIN}/user/1", {}, {"password": "x"}, WRITES),
        ("PUT", f"{ADMIN}/users/1/password", {}, {"password": "x"}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, {"passwd": "x"}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, {"changePasswordAtNextLogin": "true"}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, {"isAdmin": True}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, {"name": {"first": "x"}}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, None, WRITES),
        ("PUT", f"{ADMIN}/users/1", {"force": "1"}, {"password": "x"}, WRITES),
        ("PUT", f"{ADMIN}/users/1", {}, {"password": "x"}, {f"{next(iter(WRITES))}.readonly"}),
        ("POST", f"{ADMIN}/users/1/signOut", {}, None, WRITES),
        ("GET", f"{ADMIN}/users", {"maxResults": "501"}, None, WRITES),
        ("GET", f"{ADMIN}/users", {"projection": "some"}, None, WRITES),
        ("GET", f"{ADMIN}/users", {"page": "2"}, None, WRITES),
        ("GET", f"{ADMIN}/users", {"fields": "users(id,email)"}, None, WRITES),
        ("GET", f"{ADMIN}/users/1", {"fields": "mail"}, None, WRITES),
    ],
)
def test_what_google_does_not_know_is_wrong(method, path, query, body, scopes):
    with pytest.raises(Wrong):
        workspace.DESCRIPTION.judge(method, path, query, body, scopes)


def test_what_google_knows_is_right():
    judge = workspace.DESCRIPTION.judge
    found = judge("PUT", f"{ADMIN}/users/a%40b", {"alt": "json"}, {"recoveryPhone": None}, WRITES)
    assert found == ("directory.users.update", {"userKey": "a@b"})
    judge("GET", f"{ADMIN}/users", {"fields": "nextPageToken,users(id,primaryEmail,name)"}, None, WRITES)


def test_a_wrong_request_is_kept_by_the_server(graph, entra, sam):
    """What the servers find wrong fails the test that asked: their fixtures look at it in the end."""
    from time import monotonic

    from directory.connectors.graph import Entra

    url = f"{Entra.address}/users/{sam.object_id}"
    reply = Entra(entra).ask("PATCH", url, {"passwordprofile": {}}, end=monotonic() + 5)
    assert reply.status == 400 and "user has no property passwordprofile" in graph.wrong[0]
    graph.wrong.clear()
