from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shipping_project.jobs"
    label = "jobs"
    verbose_name = "Background work"
