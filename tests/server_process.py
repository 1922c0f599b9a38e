"""A real `tidemark serve` in a temporary folder, for tests that speak to it through its doors."""

import re
import select
import signal
import subprocess
import time

READY_SECONDS_MAX = 60
SKIPPED = 77  # the exit status that ctest takes for "skipped"


class ServerProcess:
    def __init__(self, program, folder, *options):
        self.program = program
        self.folder = folder
        self.options = options
        self.process = None

    def start(self):
        """Returns once the server has said that it is ready. Ports are the system's choice."""
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.folder, "--pg-port", "0", "--http-port", "0", *self.options],
            stdout=subprocess.PIPE, stderr=open(self.folder + ".log", "ab"))
        deadline = time.monotonic() + READY_SECONDS_MAX
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            byte = self.process.stdout.read1(1) if readable else b""
            if not byte:
                raise RuntimeError("the server did not become ready:\n" + self.log_tail())
            line += byte
        ports = re.findall(r":(\d+),", line.decode())
        self.pg_port, self.http_port = int(ports[0]), int(ports[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=READY_SECONDS_MAX) != 0:
            raise RuntimeError("the server did not stop cleanly:\n" + self.log_tail())

    def log_tail(self):
        with open(self.folder + ".log", errors="replace") as log:
            return log.read()[-4000:]

    def conninfo(self):
        return f"host=127.0.0.1 port={self.pg_port} user=tidemark dbname=tidemark sslmode=disable"
