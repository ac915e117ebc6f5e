"""Recipes: the code to paste for a setting."""
