"""How complete the reading of orders is, on the platforms page; importing this registers it."""

from __future__ import annotations

from carriers.web.sections import Section, register_section
from orders.reports.pulled import list_standings, pull_sources

register_section(Section(template="orders/_lists_section.html", read=list_standings))
register_section(Section(template="orders/_sources_section.html", read=pull_sources))
