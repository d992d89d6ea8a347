"""From a source to the directory: readers make records, a pure plan compares, apply writes."""
