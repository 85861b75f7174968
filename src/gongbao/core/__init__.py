"""What every room needs: errors in words, Chinese numerals, dates, document numbers and citations.

Nothing here knows a gazette, a rule or a procedure, and nothing here imports Django.
"""
