from django.urls import path

from carriers.web.platforms import platforms

urlpatterns = [path("platforms/", platforms, name="platforms")]
