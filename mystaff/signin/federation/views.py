"""The way to the tenant's provider and back."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from directory.models import IdentityProvider, ProviderKind
from mystaff.signin.federation import begun, flow

RETURN = "same_site"  # the field that says: this comes from our own page


@login_not_required
@require_POST
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """**Sign in with …**"""
    provider = get_object_or_404(IdentityProvider, pk=pk, enabled=True)
    return flow.begin(request, provider, fresh="fresh" in request.POST)


@login_not_required
@require_GET
@never_cache
def complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back from an OpenID provider."""
    providers = IdentityProvider.objects.exclude(kind=ProviderKind.SAML)
    if not begun.is_at(request, pk):
        providers = providers.filter(enabled=True)  # of one that is off nothing is told, not that it is there
    return flow.complete_oidc(request, get_object_or_404(providers, pk=pk))


@login_not_required
@csrf_exempt  # it is another site's form; what it answers must have been asked by this browser
@require_POST
@never_cache
@sensitive_post_parameters()
def acs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back from a SAML provider: its form comes without our cookie, ours sends the same once more with it."""
    provider = get_object_or_404(IdentityProvider, pk=pk, kind=ProviderKind.SAML)
    if RETURN in request.POST:
        return flow.complete_saml(request, provider)
    sent = request.POST.get("SAMLResponse", "")
    return render(
        request, "signin/federation_return.html", {"provider": provider, "sent": sent, "field": RETURN}
    )


@login_not_required
@require_GET
def metadata(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a SAML provider has to know of us: addresses and a certificate."""
    provider = get_object_or_404(IdentityProvider, pk=pk, kind=ProviderKind.SAML)
    return HttpResponse(
        flow.backend_of(request, provider).metadata(), content_type="application/samlmetadata+xml"
    )
