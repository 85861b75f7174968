"""The document that orders the market."""

from datetime import date

DOCUMENT = "许政办〔2022〕27号"

# The thirtieth day after the document's, as the gazette is read (docs/decisions/0003): see the reading in_force_on.
SINCE, SINCE_CLAUSE = date(2022, 7, 24), "第四十三条"
