"""What somebody signed in puts on file of themselves, proved by a code that is sent there."""
