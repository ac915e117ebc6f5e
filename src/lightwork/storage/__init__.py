"""Files: saved results and ledgers, written whole or not at all, and read strictly."""
