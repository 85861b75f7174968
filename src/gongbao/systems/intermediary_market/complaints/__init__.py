"""Complaints about a party of the market: 第三十五条 to 第三十七条."""
