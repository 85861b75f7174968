"""The pages of the library: documents and clauses, what they hold, and what all of them share."""
