"""Thin Prefect: it carries state, retries and results. What the steps do stands in ``operations``."""
