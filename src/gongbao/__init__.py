"""gongbao (公报): a city's government gazette, turned into running systems."""

__version__ = "0.1.0"
