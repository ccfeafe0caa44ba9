#!/usr/bin/env bash
# Makes sure that the tests have a browser: the machine's, Debian's package, or Playwright's own.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
if python -c 'import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as tool:
    sys.exit(not os.path.exists(tool.chromium.executable_path))'; then exit 0; fi

echo "== Chromium"
if command -v apt-get >/dev/null; then
  root=""
  if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then root="sudo -n"; fi
  if [ "$(id -u)" = 0 ] || [ -n "$root" ]; then
    if $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends chromium >/dev/null; then exit 0; fi
  fi
fi
if python -m playwright install chromium; then exit 0; fi
echo "No Chromium for the browser tests: install the package 'chromium' and run make test again" >&2
exit 1
