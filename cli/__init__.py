"""The ``sohoa`` command: arguments in, operations called, tables or JSON out, exit codes from the error tree."""
