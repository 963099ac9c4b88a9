#!/usr/bin/env bash
# Prepares a fresh clone: checks Node.js, installs redis-server where there is no Redis or Valkey (and openssl where it
# is missing), installs the npm packages, builds. Starts nothing. May be run again: what is done already is skipped.
# RCM_SETUP_BROWSER=1 installs chromium too, for the tests of pages: it is large, and nothing else needs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "setup: $*"; }
fail() {
  echo "setup: $1" >&2
  shift
  printf '       %s\n' "$@" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    fail "This needs root: $*" "Run it as root, then run this script again."
  fi
}

check_node() {
  local advice=("Get it from https://nodejs.org/en/download, or with a version manager: nvm install 22, fnm install 22.")
  has node || fail "Node.js 20.19 or newer is needed, and there is none." "${advice[@]}"
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
           process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
    fail "Node.js 20.19 or newer is needed; this is $(node --version)." "${advice[@]}"
  has npm || fail "npm is needed (it comes with Node.js), and there is none." "${advice[@]}"
}

# Debian's and Ubuntu's packages start a service on port 6379 unless policy-rc.d forbids it, which is how an
# administrator says so: forbid it during the installation, unless there is such a file already.
apt_install() {
  local policy=/usr/sbin/policy-rc.d install status=0
  install=(env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@")
  if [ ! -e "$policy" ]; then
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod +x "$1"' sh "$policy"
    # shellcheck disable=SC2064 # the value of now
    trap "as_root rm -f '$policy'" EXIT
  fi
  as_root "${install[@]}" >/dev/null 2>&1 || {
    say "refreshing the package lists"
    as_root apt-get update -qq >/dev/null
    as_root "${install[@]}" >/dev/null || status=$?
  }
  if [ "$(trap -p EXIT)" ]; then
    as_root rm -f "$policy"
    trap - EXIT
  fi
  return "$status"
}

# The tests make certificates with it.
install_openssl() {
  if has openssl; then return; fi
  say "installing openssl"
  if has apt-get; then
    apt_install openssl
  elif has dnf; then
    as_root dnf install -q -y openssl
  elif has brew; then
    brew install --quiet openssl
  else
    fail "openssl is needed, and there is no apt-get, dnf or brew to install it with."
  fi
}

install_redis() {
  if [ -n "${RCM_TEST_REDIS_SERVER:-}" ] || has redis-server || has valkey-server; then return; fi
  say "installing redis-server (it will not be started)"
  if has apt-get; then
    apt_install redis-server
  elif has dnf; then
    as_root dnf install -q -y redis || as_root dnf install -q -y valkey
  elif has brew; then
    brew install --quiet redis
  else
    fail "redis-server is needed, and there is no apt-get, dnf or brew to install it with." \
      "Install Redis 7 or Valkey 8 by hand, then run this script again."
  fi
  has redis-server || has valkey-server || fail "redis-server was installed but is not on PATH."
}

# Some tests look at pages in a browser; without one they are skipped, and say so.
install_browser() {
  if [ "${RCM_SETUP_BROWSER:-}" != 1 ] || [ -n "${RCM_TEST_CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome || ! has apt-get; then
    return
  fi
  say "installing chromium, for the tests of pages"
  apt_install chromium || say "there is no chromium: the tests of pages will be skipped"
}

install_packages() {
  # npm writes this file last; it is as new as the installation.
  if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
    return
  fi
  say "installing the npm packages"
  npm ci --no-audit --no-fund --loglevel=error
}

build() {
  local built=node_modules/.cache/rcm-built
  if [ -d dist ] && [ -e "$built" ] &&
    [ -z "$(find src bin scripts package.json node_modules/.package-lock.json -newer "$built" -print -quit)" ]; then
    return
  fi
  say "building"
  mkdir -p node_modules/.cache
  touch "$built.begun" # what changes during the build counts as newer
  npm run --silent build
  mv "$built.begun" "$built"
}

check_node
install_redis
install_openssl
install_browser
install_packages
build
say "ready: try 'npm run demo', or 'npm test'"
