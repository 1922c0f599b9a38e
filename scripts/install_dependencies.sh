#!/bin/bash
# Installs what is missing of the Debian packages in the lists named, by default `packages`:
#   scripts/install_dependencies.sh [packages] [test_packages] [peer_packages]
# Does nothing, at once, where all are there. Uses sudo unless run by root.
set -euo pipefail
cd "$(dirname "$0")"

wanted=()
for list in "${@:-packages}"; do
  mapfile -t names < <(grep -v '^#' "$list.txt")
  wanted+=("${names[@]}")
done

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system; please install what corresponds to: ${wanted[*]}" >&2
  exit 0
fi

# A package counts as there if it, or another one that provides it (a Java runtime), is installed.
mapfile -t there < <(dpkg-query -W -f='${db:Status-Status} ${Package}, ${Provides}\n' |
  sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//' | sort -u)
missing=$(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(printf '%s\n' "${there[@]}" | sort -u))
if command -v java >/dev/null; then
  missing=$(grep -vx default-jre-headless <<<"$missing" || true)
fi
[ -z "$missing" ] && exit 0

echo "Installing:" $missing
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Needs root (or sudo) to install: $missing" >&2; exit 1; }
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -y --no-install-recommends)
"${apt[@]}" update || echo "Going on with the package lists at hand." >&2

# Tests start servers of their own: a package that brings one (InfluxDB, PostgreSQL) must not start it here, on the port that
# `tidemark serve` takes by default. Debian asks this file: 101 is "not allowed".
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi
"${apt[@]}" install $missing
