#!/usr/bin/env bash
# The DocumentDB engine (PostgreSQL 18 with the documentdb extension, from Debian's packages) in a chroot of its own, so
# that nothing is installed on the machine. Debian, root. One server is shared by all test runs: it starts with the first
# and stops with the last; the extracted packages stay for the next run. gateway.ts speaks MongoDB's protocol before it.
# usage: server.sh acquire PID PORT   PID is the run that uses it. Prints the server's port: PORT if it has to be started
#        server.sh release PID
# exit:  75 when PORT could not be used. State is kept in $RCM_TEST_DOCUMENTDB_DIR, /var/tmp/rcm-documentdb by default.
set -euo pipefail
action=$1
user=$2
dir=${RCM_TEST_DOCUMENTDB_DIR:-/var/tmp/rcm-documentdb}
root=$dir/root
pg=/usr/lib/postgresql/18/bin

say() { echo "documentdb: $*" >&2; }
in_root() { chroot --userspec=pg:pg "$root" "$@"; }
running() { in_root $pg/pg_ctl -s -D /var/lib/pg/data status >/dev/null 2>&1; }

fetch_packages() {
  local apt_dir=$dir/apt mirror deb
  local -a apt
  mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    awk '/^URIs:/{print $2; exit} /^deb /{for(i=2;i<=NF;i++) if($i ~ /:\/\//){print $i; exit}}' || true)
  [ -n "$mirror" ] || { say "no Debian mirror is configured on this machine"; exit 1; }
  mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial" "$apt_dir/etc"
  # The extension is in Debian sid. The machine's own package lists stay as they are.
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$apt_dir/etc/sources.list"
  : >"$apt_dir/status"
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$apt_dir/etc/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State=$apt_dir" -o "Dir::State::Lists=$apt_dir/lists" -o "Dir::State::status=$apt_dir/status"
    -o "Dir::Cache=$apt_dir/cache" -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Debug::NoLocking=1)
  "${apt[@]}" update >&2
  "${apt[@]}" -y --download-only install dash bash coreutils postgresql-18-documentdb postgresql-18-postgis-3-scripts >/dev/null
  for deb in "$apt_dir"/cache/archives/*.deb; do dpkg -x "$deb" "$root"; done
  rm -rf "$apt_dir"
}

prepare_root() {
  local link node
  cd "$root"
  for link in bin sbin lib lib64; do [ -e "$link" ] || ln -s "usr/$link" "$link"; done
  mkdir -p tmp proc dev/shm run/postgresql var/lib/pg etc
  chmod 1777 tmp dev/shm
  [ -e bin/sh ] || ln -s dash bin/sh
  printf 'root:x:0:0:root:/root:/bin/sh\npg:x:5432:5432:pg:/var/lib/pg:/bin/sh\n' >etc/passwd
  printf 'root:x:0:\npg:x:5432:\n' >etc/group
  echo '127.0.0.1 localhost' >etc/hosts
  ln -sf postgis-3.control usr/share/postgresql/18/extension/postgis.control
  chown 5432:5432 var/lib/pg run/postgresql
  for node in null zero random urandom; do [ -e "dev/$node" ] || cp -a "/dev/$node" dev/; done
  chroot . /sbin/ldconfig
  in_root $pg/initdb -D /var/lib/pg/data -U postgres --locale=C --encoding=UTF8 -A trust >/dev/null
  cat >>var/lib/pg/data/postgresql.conf <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = '/run/postgresql'
shared_preload_libraries = 'pg_cron, pg_documentdb_core, pg_documentdb'
cron.database_name = 'postgres'
cron.log_run = off
cron.log_statement = off
documentdb.useFileBasedPersistedCursors = on
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
}

start_server() {
  rm -f "$root/var/lib/pg/data/postmaster.pid" "$dir/port"
  # The lock (9) must not be inherited, or it would be held for as long as the server runs.
  if ! in_root $pg/pg_ctl -s -w -D /var/lib/pg/data -l /var/lib/pg/log -o "-p $1" start 9>&- >&2; then
    tail -n 5 "$root/var/lib/pg/log" >&2 || true
    exit 75
  fi
  echo "$1" >"$dir/port"
  # Indexes are built by scheduled jobs, which keep the port of the start that scheduled them: tell them today's.
  if [ -e "$dir/ready" ]; then sql "UPDATE cron.job SET nodeport = $1"; fi
}

sql() {
  in_root $pg/psql -q -h 127.0.0.1 -p "$(cat "$dir/port")" -U postgres -c "$1" >&2
}

stop_server() {
  in_root $pg/pg_ctl -s -m fast -D /var/lib/pg/data stop >&2
  rm -f "$dir/port"
}

# Users are runs that still exist. One that was killed leaves its file behind: it does not count.
drop_dead_users() {
  local file
  for file in "$dir"/users/*; do
    [ -e "$file" ] || continue
    kill -0 "${file##*/}" 2>/dev/null || rm -f "$file"
  done
}

mkdir -p "$dir/users"
exec 9>"$dir/lock"
flock 9
drop_dead_users
case $action in
  acquire)
    if [ ! -e "$dir/ready" ]; then
      say "fetching a MongoDB-compatible server (about 140 MB of Debian packages, into $dir), once"
      if [ -e "$root" ] && running; then stop_server; fi # left by an attempt that was interrupted
      rm -rf "$root"
      mkdir -p "$root"
      fetch_packages
      prepare_root
    fi
    if ! running || [ ! -s "$dir/port" ]; then start_server "$3"; fi
    if [ ! -e "$dir/ready" ]; then
      sql 'CREATE EXTENSION documentdb CASCADE'
      touch "$dir/ready"
    fi
    touch "$dir/users/$user"
    cat "$dir/port"
    ;;
  release)
    rm -f "$dir/users/$user"
    if [ -z "$(ls -A "$dir/users")" ] && running; then stop_server; fi
    ;;
  *)
    say "unknown action '$action'"
    exit 2
    ;;
esac
