"""What the market publishes for others to use: selections as open data, as a workbook, and in figures (第二十四条,
第二十五条第二款, 第三十八条)."""
