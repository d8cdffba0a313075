from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "shipping_project.jobs"
    label = "jobs"
    verbose_name = "Background work"

    def ready(self) -> None:
        from django_q.signals import post_execute_in_worker, pre_execute

        from shipping_project.jobs import beats

        pre_execute.connect(beats.note_begin, dispatch_uid="jobs.note_begin")
        post_execute_in_worker.connect(beats.note_end, dispatch_uid="jobs.note_end")
