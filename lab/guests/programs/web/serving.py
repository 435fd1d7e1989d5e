"""How the Python guests are served: by uvicorn, or by gunicorn with workers or threads. Each prints its port first, as every guest does."""
import socket


def listening_socket():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    listener.set_inheritable(True)
    return listener


def serve_asgi(app):
    import uvicorn

    listener = listening_socket()
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def serve_wsgi(app, workers=1, threads=1):
    from gunicorn.app.base import BaseApplication

    listener = listening_socket()
    print(listener.getsockname()[1], flush=True)

    class Guest(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", f"fd://{listener.fileno()}")
            self.cfg.set("workers", workers)
            self.cfg.set("threads", threads)
            self.cfg.set("loglevel", "error")

        def load(self):
            return app

    Guest().run()
