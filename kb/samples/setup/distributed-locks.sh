# before 2
redis-cli SET lock:job B-2c >/dev/null
release() { printf 'release as %s -> %s\n' "$1" "$(redis-cli --raw EVAL "$(cat "$PAGE/1.lua")" 1 lock:job "$1")"; }
# after 2
release A-7f
release B-2c
