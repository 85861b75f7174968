"""The contract of a purchase, from its signing to the payment: 第二十五条, 第二十七条."""
