"""Sign in, sign out, and the new password that a temporary one asks for."""

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from directory.models import IdentityProvider
from directory.recovery.eligibility import phone_sign_in_is_open
from mystaff.context import home, settings_of
from mystaff.own_password import NewPasswordForm, change_own
from mystaff.signin.forms import ChooseForm
from mystaff.signin.login import badge_of
from tenants.models import EmailDomain

CARRIED_NAME = "username"  # a cookie and not the address: names stay out of logs and histories


class SignInView(LoginView):
    """allauth's, with our page; the name typed at the front page is there already."""

    template_name = "signin/sign_in.html"

    def get_initial(self) -> dict:
        return {"login": self.request.get_signed_cookie(CARRIED_NAME, default="", max_age=300)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if form.initial.get("login"):
            form.fields["password"].widget.attrs["autofocus"] = True  # the name is there: that is next
        return form

    def form_valid(self, form) -> HttpResponse:
        # Whoever sits here next must not find the name in the form.
        response = super().form_valid(form)
        response.delete_cookie(CARRIED_NAME, samesite="Lax")
        return response

    def get_context_data(self, **kwargs) -> dict:
        # Past allauth's own, which wants its sign-up and login-by-code pages: they are not mounted.
        providers = IdentityProvider.objects.filter(enabled=True).only("name")
        kwargs["providers"] = () if self.request.tenant.is_operators else providers
        kwargs["by_phone"] = phone_sign_in_is_open(settings_of(self.request))
        return super(LoginView, self).get_context_data(**kwargs)


sign_in = SignInView.as_view()


@login_not_required
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """The instance's front page: leads a username by its domain to the right tenant."""
    form = ChooseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"]
        if known := _tenant_of(name):
            return _carry(name, HttpResponseRedirect(f"{known.prefix}/sign-in/"))
    return render(request, "signin/choose.html", {"form": form, "unknown": form.is_bound and form.is_valid()})


def _tenant_of(name: str):
    domain = name.rpartition("@")[2].lower()
    found = EmailDomain.objects.select_related("tenant").filter(domain=domain).first()
    return found and found.tenant


def _carry(name: str, response: HttpResponse) -> HttpResponse:
    response.set_signed_cookie(
        CARRIED_NAME, name, max_age=300, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session, wherever in the instance it stands."""
    logout(request)
    return redirect("sign_in")


@never_cache
@sensitive_post_parameters()
def update_password(request: HttpRequest) -> HttpResponse:
    """**Update your password**: after a temporary one, before anything else."""
    person = request.user
    if not person.must_change_password or person.is_guest or badge_of(request, person):
        return redirect("account")
    form = NewPasswordForm(person, request.tenant, request.POST or None)
    if form.is_to_be_saved and change_own(request, form):
        return redirect(home(request))
    context = {"form": form}
    return render(request, "signin/update_password.html", context, status=422 if form.errors else 200)
