"""The pages of those who take part: public ones, entering, an organisation's own, and the desk of the authorities."""
