# needs: nginx curl python3
cat >server.py <<'END'
import http.server, sys
name, port, log = sys.argv[1], int(sys.argv[2]), sys.argv[3]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(log, "a") as f:
            f.write(f"{name} saw GET {self.path}\n")
        body = f"{name} served {self.path}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
END
python3 server.py legacy 18481 legacy.log &
python3 server.py new 18482 new.log &
printf 'daemon off;\npid %s/pid;\nerror_log stderr;\nuser root;\nevents {}\nhttp {\naccess_log off;\n%s\n}\n' "$PWD" "$(cat "$PAGE/1.nginx")" >nginx.conf
nginx -p "$PWD" -c "$PWD/nginx.conf" 2>/dev/null &
for _ in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:18480/ && curl -sf -o /dev/null http://127.0.0.1:18482/ && break; sleep 0.05; done
sleep 0.1
: >new.log
