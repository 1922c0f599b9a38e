#!/bin/bash
# Gets the engines that `tidemark bench --against` compares with: DuckDB's shared library from npm, the others from Debian.
#   scripts/install_peers.sh [FOLDER]      where libduckdb.so goes; the harness looks there by default, else by TIDEMARK_PEERS
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-${TIDEMARK_PEERS:-$HOME/.local/share/tidemark-peers}}

./install_dependencies.sh bench_peer_packages

if [ ! -e "$folder/libduckdb.so" ]; then
  case $(uname -m) in
    x86_64) package=@duckdb/node-bindings-linux-x64 ;;
    aarch64) package=@duckdb/node-bindings-linux-arm64 ;;
    *) echo "There is no DuckDB library for $(uname -m) on npm." >&2; exit 1 ;;
  esac
  command -v npm >/dev/null || { echo "Needs npm to fetch $package" >&2; exit 1; }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$package" >/dev/null && tar xzf ./*.tgz)
  mkdir -p "$folder"
  mv "$work/package/libduckdb.so" "$folder/"
fi
echo "Peers are ready; DuckDB's library is in $folder."
