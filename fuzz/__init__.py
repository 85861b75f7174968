"""Fuzz targets: each throws damaged input at one door of the project and knows the rule that must hold."""
