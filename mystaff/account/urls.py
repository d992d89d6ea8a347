from django.urls import path

from mystaff.account import factors, views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/app/", factors.add_app, name="add_app"),
    path("account/keys/", factors.add_key, name="add_key"),
    path("account/keys/<int:pk>/", factors.rename_key, name="rename_key"),
    path("account/factors/<int:pk>/remove/", factors.remove_factor, name="remove_factor"),
    path("account/recovery-codes/", factors.recovery_codes, name="recovery_codes"),
    path("switch/", views.switch_organization, name="switch_organization"),
]
