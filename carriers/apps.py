from django.apps import AppConfig


class CarriersConfig(AppConfig):
    name = "carriers"
    verbose_name = "Carriers and platforms"

    def ready(self) -> None:
        from carriers import checks  # noqa: F401 # registers them
