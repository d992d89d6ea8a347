"""Microsoft Graph as an authority: what it is asked, judged by its description, and what is done there."""

from urllib.parse import unquote

import pytest

from audit.models import Result
from directory import actions
from directory.connectors import Refused, Unreachable
from directory.connectors.graph import Entra, Graph
from directory.models import ConnectedDirectory, PhoneType, Source, User
from tests.cloud.conftest import allow, register
from tests.cloud.microsoft import EMAIL, PHONES
from tests.cloud.servers import Says
from tests.directory.trail import outcomes

NEW = "Maple-Bridge-93"
RESET = "Reset password (by admin)"


def test_a_reset_is_seen_there_and_nothing_of_it_is_kept_here(graph, sam, by):
    actions.reset_password(sam, NEW, by=by)
    assert graph.passwords == {sam.object_id: {"password": NEW, "forceChangePasswordNextSignIn": True}}
    assert graph.signed_out == [sam.object_id]
    assert outcomes(RESET) == [Result.SUCCESS]
    assert not User.objects.get(pk=sam.pk).has_usable_password()


def test_a_password_they_chose_themselves_need_not_be_changed(graph, sam, entra):
    Graph(entra).set_password(sam, NEW, must_change=False)
    assert graph.passwords[sam.object_id]["forceChangePasswordNextSignIn"] is False


def test_the_person_is_asked_for_by_name_quoted_and_then_by_id(graph, sam, entra):
    Graph(entra).set_password(sam, NEW, must_change=True)
    assert graph.deeds() == [
        "GET /v1.0/users/sam.reed%40riverside.example",
        f"PATCH /v1.0/users/{sam.object_id}",
        f"POST /v1.0/users/{sam.object_id}/revokeSignInSessions",
    ]


def test_who_comes_from_there_is_asked_for_by_id_under_any_name(graph, sam, entra):
    Source.objects.create(key="entra-people", name="Entra", kind="entra", directory=entra)
    graph.users.put(sam.object_id, userPrincipalName="samuel.reed@riverside.example")
    sam.source, sam.source_id = "entra-people", sam.object_id
    Graph(entra).set_password(sam, NEW, must_change=True)
    assert sam.object_id in graph.passwords
    assert not any("%40" in deed for deed in graph.deeds())


def test_who_is_read_over_another_connection_is_asked_for_by_id_too(graph, sam, entra):
    reads = ConnectedDirectory.objects.create(key="reads", name="Entra, reading", kind="entra")
    Source.objects.create(key="people", name="Entra", kind="entra", directory=reads, authority=entra)
    sam.source, sam.source_id = "people", sam.object_id
    Graph(entra).set_email(sam, "sam.home@example.org")
    assert not any("%40" in deed for deed in graph.deeds())


def test_an_id_of_another_source_is_none_of_theirs(graph, sam, entra, district):
    other = register(graph, district.omar)
    Source.objects.create(key="oneroster", name="Roster", kind="oneroster-csv", directory=entra)
    sam.source, sam.source_id = "oneroster", other
    Graph(entra).set_password(sam, NEW, must_change=True)
    assert list(graph.passwords) == [sam.object_id]


@pytest.mark.parametrize("name", ["a/b@riverside.example", "a?b#c@riverside.example", "o'neil@x.example"])
def test_a_name_leads_nowhere_else(graph, entra, sam, name):
    sam.user_principal_name = name
    with pytest.raises(Refused, match="Sam is not in Microsoft Entra ID"):
        Graph(entra).set_password(sam, NEW, must_change=True)
    (asked,) = [one for one in graph.asked if not graph.is_for_token(one)]
    assert unquote(asked.path) == f"/v1.0/users/{name}" and asked.path.count("/") == 3


def test_an_answer_about_somebody_else_is_not_acted_on(graph, entra, sam, district):
    other = register(graph, district.omar)
    name = district.omar.user_principal_name
    graph.script = [Says(200, {"id": other, "userPrincipalName": name, "onPremisesSyncEnabled": None})]
    with pytest.raises(Refused, match="Sam is not in Microsoft Entra ID"):
        Graph(entra).set_password(sam, NEW, must_change=True)
    assert graph.passwords == {}


def test_whose_password_lives_in_a_local_directory_is_refused(graph, entra, sam):
    row = graph.users.rows[sam.object_id][1]
    graph.users.put(sam.object_id, **(row | {"onPremisesSyncEnabled": True}))
    with pytest.raises(Refused, match="comes from a local Active Directory"):
        Graph(entra).set_password(sam, NEW, must_change=True)
    assert graph.passwords == {}


def test_a_password_against_the_rules_there_is_refused_in_our_words(graph, sam, by):
    kept = sam.password
    with pytest.raises(Refused, match="^Microsoft Entra ID did not take this password, most likely"):
        actions.reset_password(sam, "Ab1-xyz", by=by)
    assert outcomes(RESET) == [Result.FAILURE]
    assert graph.passwords == {} and graph.signed_out == []
    assert User.objects.get(pk=sam.pk).password == kept


def test_an_administrator_there_is_out_of_the_apps_reach(graph, sam, by):
    graph.administrators.add(sam.object_id)
    with pytest.raises(Refused, match="^Microsoft Entra ID does not let MyStaff do this for Sam.$"):
        actions.reset_password(sam, NEW, by=by)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+14255550100", "+1 4255550100"),
        ("+390612345678", "+39 0612345678"),
        ("+442079460000", "+44 2079460000"),
    ],
)
def test_a_number_is_added_changed_and_removed(graph, entra, sam, number, written):
    there = graph.methods.setdefault((sam.object_id, "phoneMethods"), {})
    Graph(entra).set_phone(sam, PhoneType.MOBILE, "+14255550199")
    Graph(entra).set_phone(sam, PhoneType.MOBILE, number)
    assert there == {PHONES["mobile"]: {"phoneNumber": written, "phoneType": "mobile"}}
    Graph(entra).set_phone(sam, PhoneType.MOBILE, None)
    assert there == {}
    Graph(entra).set_phone(sam, PhoneType.MOBILE, None)
    assert there == {}


@pytest.mark.parametrize("phone_type", PhoneType)
def test_each_kind_of_number_has_its_place(graph, entra, sam, phone_type):
    Graph(entra).set_phone(sam, phone_type, "+14255550100")
    assert list(graph.methods[sam.object_id, "phoneMethods"]) == [PHONES[phone_type]]


@pytest.mark.parametrize("value", [None, 7, [7], [{}], [{"id": 7}]])
def test_a_list_that_is_none_changes_nothing(graph, entra, sam, value):
    found = {"id": sam.object_id, "userPrincipalName": sam.user_principal_name}
    graph.script = [Says(200, found), Says(200, {"value": value})]
    with pytest.raises(Unreachable, match=r"does not understand \(200\)"):
        Graph(entra).set_phone(sam, PhoneType.MOBILE, "+14255550100")
    assert len(graph.deeds()) == 2


@pytest.mark.parametrize("field", ["directory_id", "account", "secret"])
def test_a_connection_that_is_not_filled_in_asks_nobody(graph, entra, sam, field):
    setattr(entra, field, "")
    with pytest.raises(Refused, match="An administrator needs to look at this connected directory"):
        Graph(entra).set_email(sam, None)
    assert graph.asked == []


def test_an_address_is_added_changed_and_removed(graph, entra, sam):
    for address in ("one@example.org", "two@example.org"):
        Graph(entra).set_email(sam, address)
    there = graph.methods[sam.object_id, "emailMethods"]
    assert there == {EMAIL: {"emailAddress": "two@example.org"}}
    Graph(entra).set_email(sam, None)
    assert there == {}


def test_a_number_of_a_manager_is_written_there_too(graph, sam, by):
    actions.set_phone(sam, "+14255550111", by=by)
    there = graph.methods[sam.object_id, "phoneMethods"]
    assert there[PHONES["mobile"]]["phoneNumber"] == "+1 4255550111"
    actions.remove_phone(sam, by=by)
    assert there == {}


def test_unlocking_asks_nothing(graph, sam, by):
    actions.unlock(sam, by=by)
    assert graph.asked == []


def test_the_token_is_asked_once_and_kept_for_this_tenant_only(graph, entra, sam, lake):
    for _ in range(2):
        Graph(entra).set_password(sam, NEW, must_change=True)
    assert graph.tokens_made == 1
    with lake.tenant.scope():
        allow("127.0.0.1", graph.port)
        register(graph, lake.ivy)
        Graph(entra).set_email(lake.ivy, None)
    assert graph.tokens_made == 2


def test_another_secret_needs_another_token(graph, entra, sam):
    Graph(entra).set_email(sam, None)
    entra.secret = "n0t-the-secret"
    with pytest.raises(Refused, match="does not accept the account or the secret of “Riverside Entra”"):
        Graph(entra).set_email(sam, None)


def test_a_token_that_was_taken_back_is_renewed_once(graph, entra, sam):
    Graph(entra).set_email(sam, None)
    graph.tokens.clear()
    Graph(entra).set_password(sam, NEW, must_change=True)
    assert graph.tokens_made == 2 and sam.object_id in graph.passwords


def test_the_real_addresses():
    assert Entra.address == "https://graph.microsoft.com/v1.0"
    assert Entra.token_address == "https://login.microsoftonline.com"


def test_a_number_is_put_on_file_for_nobody_else(graph, entra, sam):
    """By another letter for one of the name somebody else would be found."""
    graph.script = [Says(200, {"id": sam.object_id, "userPrincipalName": "\u017fam.reed@riverside.example"})]
    with pytest.raises(Refused, match="Sam is not in Microsoft Entra ID"):
        Graph(entra).set_phone(sam, PhoneType.MOBILE, "+14255550199")
    assert not graph.methods.get((sam.object_id, "phoneMethods"))
