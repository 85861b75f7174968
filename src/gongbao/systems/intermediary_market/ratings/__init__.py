"""What is said of an agency after its service: ratings, conduct, yearly grades: 第二十九条 to 第三十四条."""
