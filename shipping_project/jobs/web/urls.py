from django.urls import path

from shipping_project.jobs.web import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/act/", views.act, name="job-act"),
    path("jobs/<int:job_id>/result/", views.result, name="job-result"),
]
