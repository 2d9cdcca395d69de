"""Commands that compute the models which the house reads with. Never imported at run time."""
