"""The market with a million rows behind it: made from its demonstration (rows.py), and its pages asked (measure.py)."""
