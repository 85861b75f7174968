"""The pages of prices, their supervision, and credit."""
