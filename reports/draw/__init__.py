"""Pictures of a report, each drawn once by matplotlib: as SVG for the site, as PDF for the paper."""
