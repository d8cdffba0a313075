from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "shipping_project.kernel"
    label = "kernel"
    verbose_name = "Foundations"

    def ready(self) -> None:
        # Registers the system checks.
        from shipping_project.kernel import checks  # noqa: F401
