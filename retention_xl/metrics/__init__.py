"""The catalogue of worksheet functions: pure, on Python's standard library alone. A file a group; `spec` binds them."""
