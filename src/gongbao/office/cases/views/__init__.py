"""The pages of cases: the desk, one case, the counter, and the page on which anybody follows their own."""
