"""A bare Flask application behind waitress: it parses a post, answers, and stores nothing."""

from flask import Flask, Response, request
from waitress.server import create_server

THREADS = 16


def create_app() -> Flask:
    """Return the application."""
    app = Flask("bare")

    @app.post("/")
    def report() -> Response:
        answers = request.form.to_dict()
        return Response(status=303, headers={"Location": f"/thanks/{len(answers)}"})

    return app


if __name__ == "__main__":
    server = create_server(create_app(), host="127.0.0.1", port=0, threads=THREADS)
    print(f"http://127.0.0.1:{server.effective_port}/", flush=True)
    server.run()
