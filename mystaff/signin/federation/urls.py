from django.urls import path

from mystaff.signin.federation import views

urlpatterns = [
    path("federation/<uuid:pk>/begin/", views.begin, name="federation_begin"),
    path("federation/<uuid:pk>/complete/", views.complete, name="federation_complete"),
    path("federation/<uuid:pk>/acs/", views.acs, name="federation_acs"),
    path("federation/<uuid:pk>/metadata/", views.metadata, name="federation_metadata"),
]
