#!/bin/sh
# The first process in an engine's own mount and process namespaces; when it dies, all others in
# there die. $1 = the folder of a Debian release whose programs to use, or / for the machine's own;
# the rest is the command. Only programs are replaced: all other paths mean what they mean outside.
set -e
root=$1
shift
if [ "$root" != / ]; then
  mount --bind "$root/usr" /usr
  mount --bind "$root/etc/ld.so.cache" /etc/ld.so.cache
  mount --bind "$root/etc/alternatives" /etc/alternatives
fi
"$@" &
engine=$!
trap 'kill -TERM "$engine"' TERM
wait "$engine" || wait "$engine" # the first wait also ends when TERM comes
