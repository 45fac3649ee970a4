# needs: mosquitto mosquitto_pub mosquitto_sub
mosquitto -p 18483 >/dev/null 2>&1 &
mosquitto_pub() { command mosquitto_pub -p 18483 "$@"; }
mosquitto_sub() { timeout 2 mosquitto_sub -p 18483 "$@" || [ $? = 124 ]; } # the page ends it by hand
for _ in $(seq 100); do mosquitto_pub -t up -m 1 2>/dev/null && break; sleep 0.05; done
# before 2
mosquitto_sub -c -i pump-7 -q 1 -t cmd/7 -E
