from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        # Tells the outbox how the platforms are told of changed products.
        from catalog import handlers  # noqa: F401
