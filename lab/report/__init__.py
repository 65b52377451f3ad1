"""What a run's events say: live on a terminal, as a table, as JSON, as JUnit. All are functions of them."""
