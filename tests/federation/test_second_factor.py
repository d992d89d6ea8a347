"""A provider's word is one factor: whoever has a second one here is asked for it, whatever way they came."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from tests.federation.conftest import make_provider, person_in, there_and_back


@pytest.fixture
def provider(op, district):
    return make_provider(op, district.tenant)


def test_the_second_factor_is_asked_for_before_there_is_a_session(op, district, provider, settings):
    settings.ROOT_URLCONF = "tests.federation.urls_with_factors"
    TOTP.activate(district.sam, generate_totp_secret())
    browser = Client()
    response = there_and_back(browser, op, provider)
    assert response.status_code == 302
    assert response.headers["Location"].partition("?")[0] == f"/riverside{reverse('mfa_authenticate')}"
    assert person_in(browser) == ""


def test_without_one_the_providers_word_is_enough(op, district, provider, settings):
    settings.ROOT_URLCONF = "tests.federation.urls_with_factors"
    browser = Client()
    there_and_back(browser, op, provider)
    assert person_in(browser) == "sam.reed@riverside.example"
