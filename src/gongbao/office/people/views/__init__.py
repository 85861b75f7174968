"""The pages of people: signing in and out, one's own page, and the people of the office for administrators."""
