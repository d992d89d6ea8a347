from django.urls import path

from mystaff.account import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("switch/", views.switch_organization, name="switch_organization"),
]
