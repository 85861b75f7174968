"""The sample gazette: one issue of an imaginary city, so that a fresh installation has something to show.

Every word of it is the project's own. City, counties, bureaus, enterprises, people, telephone numbers and older
documents are invented; no figure in it is in force anywhere. It carries, on purpose and sparingly, what page
recognition does to real issues; tests/sample_facts.yaml lists each such place and what a reader counts in the text.
"""

from pathlib import Path

GAZETTE: Path = Path(__file__).parent / "gazette.txt"
"""UTF-8 text, lines ended by a line feed."""

UNITS: Path = Path(__file__).parent / "units.yaml"
"""The units of the city: its departments, counties and districts, and theirs."""

CITY_KEY = "yunlan"
"""The key of the city among them."""

CITY = "云澜市"
"""The imaginary city: its name begins the title of its gazette."""
