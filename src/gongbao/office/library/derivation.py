"""What an older version derived is derived again. Apart from the deriving, so that a site starts without it."""

DERIVATION = 4
"""Raised whenever what is derived from a text would come out otherwise: old rows are then made again."""
CHECKS = 1
"""Raised whenever a check would tell something else."""
