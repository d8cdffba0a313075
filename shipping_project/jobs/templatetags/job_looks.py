"""How jobs look on every page."""

from __future__ import annotations

from django import template

from shipping_project.jobs.models import JobState

register = template.Library()

TONES = {
    JobState.WAITING.value: "info",
    JobState.RUNNING.value: "info",
    JobState.FINISHED.value: "ok",
    JobState.CANCELLED.value: "warn",
    JobState.STOPPED.value: "bad",
}


@register.filter
def job_tone(state: str) -> str:
    """The last part of a badge's class."""
    return TONES.get(state, "info")


@register.filter
def duration(seconds: int) -> str:
    """Such as "40 s", "3 min" or "2 h 5 min"."""
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
