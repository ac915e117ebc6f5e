"""What a round would be, from one serial ledger."""
