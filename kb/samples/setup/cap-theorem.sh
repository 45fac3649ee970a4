# A replica whose primary cannot be reached.
# before 1
redis-cli SET stock 5 >/dev/null
redis-cli REPLICAOF 127.0.0.1 1 >/dev/null
# before 2
redis-cli REPLICAOF NO ONE >/dev/null
