from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.web import keys
from accounts.web.views import Login

urlpatterns = [
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("keys/", keys.keys, name="api-keys-page"),
    path("keys/<int:key_id>/rotate/", keys.rotate, name="api-key-rotate"),
    path("keys/<int:key_id>/revoke/", keys.revoke, name="api-key-revoke"),
]
