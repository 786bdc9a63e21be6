"""Alembic migrations: one file per change of worker/tables."""
