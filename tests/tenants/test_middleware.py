"""Mounting: the tenant is where the site is, by path or by host, and nothing names it."""

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import get_script_prefix

from directory.models import User
from tenants import scopes
from tenants.middleware import TenantMiddleware, streamed
from tenants.models import OPERATORS_ID, HostName, operators
from tests.conftest import make_person


def seen(path: str, **headers) -> dict:
    """What a view would see of a request."""
    found = {}

    def view(request):
        found.update(
            tenant=request.tenant.pk,
            scope=scopes.current(),
            prefix=get_script_prefix(),
            rest=request.path_info,
        )
        found.update(path=request.path, outside=getattr(request, "urlconf", None) is not None)
        return HttpResponse()

    found["status"] = TenantMiddleware(view)(RequestFactory().get(path, **headers)).status_code
    return found


def test_a_path_mounts_the_tenant(riverside):
    found = seen("/riverside/locations/1/")
    assert found["tenant"] == found["scope"] == riverside.pk
    assert (found["prefix"], found["rest"], found["path"]) == (
        "/riverside/",
        "/locations/1/",
        "/riverside/locations/1/",
    )
    assert not found["outside"]
    assert scopes.current() is None
    assert get_script_prefix() == "/"


def test_a_tenants_name_without_a_slash_is_its_front_page(riverside):
    assert seen("/riverside")["rest"] == "/"


@pytest.mark.parametrize(
    "path", ["/", "/admin/", "/nobody/", "/operators/", "/operators/admin/", "/Riverside/", "//riverside/"]
)
def test_everything_else_is_outside_in_the_operators_scope(riverside, path):
    found = seen(path)
    assert found["tenant"] == found["scope"] == OPERATORS_ID
    assert found["outside"]


@pytest.mark.parametrize("path", ["/%00/", "/riverside%00/", "/riverside/%00"])
def test_what_the_database_cannot_compare_never_reaches_it(client, riverside, path):
    assert client.get(path).status_code == 400


def test_a_request_for_no_path_is_not_understood(riverside):
    request = RequestFactory().options("/")
    request.path_info = "*"
    assert TenantMiddleware(None)(request).status_code == 400


def test_a_host_shows_its_tenant_at_the_root(riverside, lakeshore):
    with operators().scope():
        HostName.objects.create(host="reset.riverside.example", tenant=riverside)
    found = seen("/locations/", HTTP_HOST="reset.riverside.example")
    assert (found["scope"], found["prefix"], found["outside"]) == (riverside.pk, "/", False)
    # Another tenant's path is just a path there, which no URL answers to.
    found = seen("/lakeshore/", HTTP_HOST="RESET.riverside.example:8443")
    assert (found["scope"], found["rest"]) == (riverside.pk, "/lakeshore/")


@pytest.mark.parametrize(
    "host", ["evil.example", "riverside.example", "reset.riverside.example.evil.example"]
)
def test_unknown_hosts_are_refused(riverside, host):
    with operators().scope():
        HostName.objects.create(host="reset.riverside.example", tenant=riverside)
    assert seen("/", HTTP_HOST=host) == {"status": 400}


def test_the_scope_ends_with_the_request_even_in_an_error(riverside):
    def view(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TenantMiddleware(view)(RequestFactory().get("/riverside/"))
    assert scopes.current() is None
    assert get_script_prefix() == "/"


def test_a_stream_reads_in_its_tenants_scope(riverside):
    with riverside.scope():
        make_person("sam@riverside.example", "Sam")

    def rows():
        yield from User.objects.values_list("display_name", flat=True).iterator()

    def view(request):
        return StreamingHttpResponse(streamed(rows(), request.tenant))

    response = TenantMiddleware(view)(RequestFactory().get("/riverside/"))
    assert scopes.current() is None
    assert b"".join(response.streaming_content) == b"Sam"
    assert scopes.current() is None


def test_a_stream_that_does_not_is_empty(riverside):
    """What streamed() is for: by the time a stream is read, the middleware has left the scope."""
    with riverside.scope():
        make_person("sam@riverside.example", "Sam")

    def rows():
        yield from User.objects.values_list("display_name", flat=True)

    response = TenantMiddleware(lambda request: StreamingHttpResponse(rows()))(
        RequestFactory().get("/riverside/")
    )
    assert b"".join(response.streaming_content) == b""


def test_the_instances_own_name_cannot_be_a_tenants(riverside):
    with pytest.raises(ValidationError, match="own name"):
        HostName(host="localhost", tenant=riverside).full_clean()
    HostName(host="reset.riverside.example", tenant=riverside).full_clean()


# What the server and the visitor are told


def test_what_is_mounted_is_told_as_a_server_would_tell_it(riverside):
    found = []
    view = TenantMiddleware(lambda request: found.append(dict(request.META)) or HttpResponse())
    view(RequestFactory().get("/riverside/locations/riverside"))
    assert (found[0]["SCRIPT_NAME"], found[0]["PATH_INFO"]) == ("/riverside", "/locations/riverside")
    view(RequestFactory().get("/nobody/"))
    assert (found[1]["SCRIPT_NAME"], found[1]["PATH_INFO"]) == ("", "/nobody/")


@pytest.mark.parametrize(
    ("path", "host", "text"),
    [
        ("/%00/", "testserver", "We did not understand this request."),
        ("/", "evil.example", "This address is not served here."),
    ],
)
def test_a_refusal_is_a_plain_sentence(riverside, path, host, text):
    answer = TenantMiddleware(None)(RequestFactory().get(path, HTTP_HOST=host))
    assert (answer.status_code, answer.content.decode()) == (400, text)
    assert answer.headers["Content-Type"] == "text/plain"


def test_a_name_with_the_dot_of_the_root_is_the_same_name(riverside, django_assert_num_queries):
    with operators().scope():
        HostName.objects.create(host="reset.riverside.example", tenant=riverside)
    with django_assert_num_queries(1):  # its tenant comes with it
        assert seen("/", HTTP_HOST="reset.riverside.example.")["scope"] == riverside.pk
    assert seen("/riverside/", HTTP_HOST="testserver.")["scope"] == riverside.pk
