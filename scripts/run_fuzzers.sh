#!/bin/bash
# Runs each fuzzer of a build folder for some seconds, starting from its kept corpus:  scripts/run_fuzzers.sh FOLDER SECONDS
# An input that crashes one is kept beside the corpus, to be added to it with the fix.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
seconds=$2

failed=0
for fuzzer in "$folder"/fuzz_*; do
  [ -x "$fuzzer" ] || continue
  name=${fuzzer##*/fuzz_}
  corpus=tests/fuzz/corpus/$name
  found=$folder/found/$name
  mkdir -p "$corpus" "$found"
  echo "fuzzing $name for $seconds s"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$found/crash-" "$found" "$corpus" >"$found.log" 2>&1 || { failed=1; tail -30 "$found.log"; }
done
exit $failed
