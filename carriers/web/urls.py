from django.urls import path

from carriers.web.platforms import command_look_again, platform_call, platform_switch, platforms

urlpatterns = [
    path("platforms/", platforms, name="platforms"),
    path("platforms/calls/<int:call_id>/", platform_call, name="platform-call"),
    path(
        "platforms/commands/<int:command_id>/look-again/",
        command_look_again,
        name="command-look-again",
    ),
    path("platforms/<slug:platform>/switch/", platform_switch, name="platform-switch"),
]
