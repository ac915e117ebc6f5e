"""Advice on the machine: its facts in words, and what to do about them; pure."""
