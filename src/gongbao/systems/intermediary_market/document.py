"""The document that orders the market."""

DOCUMENT = "许政办〔2022〕27号"
