"""The kept answers are InfluxDB's: starts the InfluxDB of this machine in a temporary folder and asks it again.

recorded_test.py CASES_FOLDER. Skipped where there is no `influxd`.
"""

import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import record  # noqa: E402

SKIPPED = 77  # the exit status that ctest takes for "skipped"
READY_SECONDS_MAX = 60

CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc_port}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{http_port}"
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until_ready(url, process):
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url + "/ping"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError("InfluxDB did not become ready")


def main(cases):
    program = shutil.which("influxd")
    if program is None:
        print("skipped: influxdb is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        rpc_port, http_port = free_ports(2)
        with open(folder + "/influxdb.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=folder, rpc_port=rpc_port, http_port=http_port))
        with open(folder + "/log", "wb") as log:
            process = subprocess.Popen([program, "run", "-config", folder + "/influxdb.conf"], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{http_port}"
            wait_until_ready(url, process)
            return record.main(["--check", url, *sorted(glob.glob(cases + "/*.txt"))])
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
