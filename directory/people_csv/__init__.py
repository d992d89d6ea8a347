"""People as a CSV file: read → compare → (preview) → write, all of it or nothing; and written out again."""
