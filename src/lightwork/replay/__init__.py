"""Predict a round from one serial ledger."""
