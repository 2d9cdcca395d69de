"""Pages in the browser. FastAPI stays under this room."""
