"""gongbao (公报): a city's government gazette, turned into running systems."""

__version__ = "0.1.0"

# The form of what --json prints, see docs/contract.md: the first figure rises when a field goes or changes its meaning,
# the second when one comes.
SCHEMA_VERSION = "1.0"
