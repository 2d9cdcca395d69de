"""The migrations, one a file; the file's name begins with ``r`` and the revision."""
