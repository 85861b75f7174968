"""What every system stands on: what is kept and how it may be changed, and the library of documents."""
