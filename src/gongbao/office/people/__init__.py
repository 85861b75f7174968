"""People: who signs in. Units, roles and substitutes join them when the first system needs them."""
