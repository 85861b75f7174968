"""Who looks after prices and credit: development and reform fixes government prices and hands credit records over
(第十条, 第三十四条), market supervision looks after what is charged (第八条)."""
