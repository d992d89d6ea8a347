"""The pages of allauth's provider, and who is signed in there."""

from django.contrib.auth.models import User
from django.urls import include, path


class SamIsSignedIn:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        request.user = User.objects.get()
        return self.get_response(request)


urlpatterns = [path("", include("allauth.idp.urls", namespace="idp"))]
