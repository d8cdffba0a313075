from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "shipping_project.hooks"
    label = "hooks"
    verbose_name = "Webhooks to partners"

    def ready(self) -> None:
        # Tells the jobs who wants to know of their end.
        from shipping_project.hooks import jobs  # noqa: F401
