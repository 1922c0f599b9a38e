"""A PostgreSQL of one's own in a temporary folder, reached by a socket in it. Nothing outside the folder is touched.

Its locale is C.UTF-8: text is compared byte by byte, and letters are those of Unicode, as ours are.
"""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile

PROGRAMS = "/usr/lib/postgresql/15/bin"
SERVICE_ACCOUNT = "postgres"  # PostgreSQL refuses to run as root; Debian's package brings this account.


def is_installed():
    return bool(glob.glob(os.path.join(PROGRAMS, "initdb")))


class PostgresCluster:
    def __init__(self):
        self.user = SERVICE_ACCOUNT if os.getuid() == 0 else None
        self.folder = tempfile.mkdtemp(prefix="differential-postgres-")
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    def start(self):
        data = os.path.join(self.folder, "data")
        self._run("initdb", "-D", data, "-U", "tidemark", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c jit=off -c autovacuum=off"
        self._run("pg_ctl", "-D", data, "-w", "-l", os.path.join(self.folder, "log"), "-o", options, "start")

    def stop(self):
        self._run("pg_ctl", "-D", os.path.join(self.folder, "data"), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def conninfo(self):
        return f"host={self.folder} user=tidemark dbname=postgres"

    def _run(self, program, *arguments):
        subprocess.run([os.path.join(PROGRAMS, program), *arguments], check=True, user=self.user, cwd=self.folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
