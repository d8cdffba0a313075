from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        # Tells the outbox how the platforms are told of changed products, and the jobs how files
        # of products are taken in.
        from catalog import handlers  # noqa: F401
        from catalog.files import imports  # noqa: F401
