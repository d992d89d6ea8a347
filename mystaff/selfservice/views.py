from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Says whom to ask."""
    return render(request, "selfservice/forgot_password.html")
