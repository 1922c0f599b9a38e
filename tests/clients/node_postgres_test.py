"""Installs node-postgres into a temporary folder and runs node_postgres_test.js: node_postgres_test.py PROGRAM."""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from server_process import SKIPPED, ServerProcess  # noqa: E402

PACKAGE = "pg@8"


def main():
    if not shutil.which("node") or not shutil.which("npm"):
        print("skipped: node and npm are not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="tidemark-node-") as scratch:
        install = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", scratch, PACKAGE],
                                 capture_output=True, text=True, timeout=180)
        if install.returncode != 0:
            print(f"skipped: npm could not install {PACKAGE}:\n{install.stderr[-1000:]}")
            return SKIPPED
        shutil.copy(os.path.join(HERE, "node_postgres_test.js"), scratch)
        server = ServerProcess(sys.argv[1], scratch + "/data")
        server.start()
        environment = dict(os.environ, PGHOST="127.0.0.1", PGPORT=str(server.pg_port), PGUSER="tidemark", PGDATABASE="tidemark")
        outcome = subprocess.run(["node", "node_postgres_test.js"], cwd=scratch, env=environment, timeout=120).returncode
        server.stop()
    return outcome


if __name__ == "__main__":
    sys.exit(main())
