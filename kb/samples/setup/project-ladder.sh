# needs: python3 curl
# A task manager that forgot to refuse blank titles.
cat >server.py <<'END'
import http.server, json, re
tasks = {}
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def say(self, status):
        self.send_response(status); self.send_header('Content-Length', '0'); self.end_headers()
    def do_POST(self):
        tasks[len(tasks) + 1] = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.say(201)
    def do_GET(self):
        self.say(200 if int(self.path.rsplit('/', 1)[1] or 0) in tasks else 404)
    def do_DELETE(self):
        self.say(204 if tasks.pop(int(self.path.rsplit('/', 1)[1]), None) else 404)
http.server.HTTPServer(('127.0.0.1', 8141), H).serve_forever()
END
BASE=http://127.0.0.1:8141
python3 server.py &
for _ in $(seq 100); do curl -s -o /dev/null $BASE/tasks/0 && break; sleep 0.05; done
