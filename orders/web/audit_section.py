"""The label audit on the platforms page; importing this registers it."""

from __future__ import annotations

from carriers.web.sections import Section, register_section
from orders.reports.audit import audit_standing

register_section(Section(template="orders/_audit_section.html", read=audit_standing))
