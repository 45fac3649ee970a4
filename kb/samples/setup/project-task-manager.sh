# needs: python3 curl
cat >server.py <<'END'
import datetime, http.server, json, re, sqlite3, urllib.parse
db = sqlite3.connect('tasks.db', isolation_level=None)
db.execute('''CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY,
  title TEXT NOT NULL CHECK (length(trim(title)) BETWEEN 1 AND 200),
  done INTEGER NOT NULL DEFAULT 0, due_on TEXT CHECK (due_on IS date(due_on)),
  version INTEGER NOT NULL DEFAULT 1)''')
COLS = 'id, title, done, due_on, version'
def view(r): return dict(id=r[0], title=r[1], done=bool(r[2]), due_on=r[3], version=r[4])
def one(i):
    r = db.execute(f'SELECT {COLS} FROM tasks WHERE id = ?', (i,)).fetchone()
    return view(r) if r else None
class Fault(Exception): pass
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def say(self, status, body=None, **headers):
        data = b'' if body is None else json.dumps(body, separators=(',', ':')).encode()
        self.send_response(status)
        if isinstance(body, dict) and 'version' in body: headers['ETag'] = '"%d"' % body['version']
        for k, v in headers.items(): self.send_header(k, v)
        if status != 204: self.send_header('Content-Length', str(len(data)))
        self.end_headers(); self.wfile.write(data)
    def body(self):
        try: b = json.loads(self.rfile.read(int(self.headers.get('Content-Length', 0))))
        except ValueError: raise Fault(400, 'the body is not JSON')
        if 'title' in b and not (isinstance(b['title'], str) and 1 <= len(b['title'].strip()) <= 200):
            raise Fault(422, 'title must have 1 to 200 characters')
        if b.get('due_on') is not None:
            try: datetime.date.fromisoformat(b['due_on'])
            except ValueError: raise Fault(422, 'due_on must be a date, YYYY-MM-DD')
        return b
    def serve(self):
        u = urllib.parse.urlsplit(self.path); m = re.fullmatch(r'/tasks(?:/(\d+))?', u.path)
        q = dict(urllib.parse.parse_qsl(u.query))
        if not m: raise Fault(404, 'no such route')
        i = m[1] and int(m[1])
        if not i:
            if self.command == 'POST':
                b = self.body()
                if 'title' not in b: raise Fault(422, 'title must have 1 to 200 characters')
                n = db.execute('INSERT INTO tasks (title, due_on) VALUES (?, ?)', (b['title'], b.get('due_on'))).lastrowid
                return self.say(201, one(n), Location=f'/tasks/{n}')
            if self.command == 'GET':
                n = int(q.get('limit', 20))
                if not 1 <= n <= 100: raise Fault(422, 'limit must be 1 to 100')
                rows = db.execute(f'SELECT {COLS} FROM tasks WHERE (? IS NULL OR done = ?) ORDER BY due_on NULLS LAST, id LIMIT ?',
                    (q.get('done'), q.get('done') == 'true', n)).fetchall()
                return self.say(200, dict(items=[view(r) for r in rows], next=None))
            raise Fault(405, 'method not allowed')
        if not one(i): raise Fault(404, 'no such task')
        if self.command == 'GET': return self.say(200, one(i))
        if self.command == 'DELETE':
            db.execute('DELETE FROM tasks WHERE id = ?', (i,)); return self.say(204)
        if self.command == 'PATCH':
            seen = self.headers.get('If-Match')
            if not seen: raise Fault(428, 'send If-Match with the version you saw')
            t = one(i) | self.body()
            if not db.execute('UPDATE tasks SET title = ?, done = ?, due_on = ?, version = version + 1 WHERE id = ? AND version = ?',
                    (t['title'], t['done'], t['due_on'], i, int(seen.strip('"')))).rowcount:
                raise Fault(412, 'the task has changed, read it again')
            return self.say(200, one(i))
        raise Fault(405, 'method not allowed')
    def do_ALL(self):
        try: self.serve()
        except Fault as f: self.say(f.args[0], dict(error=f.args[1]), **({'Allow': 'GET, POST'} if f.args[0] == 405 else {}))
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_ALL
http.server.HTTPServer(('127.0.0.1', 8142), H).serve_forever()
END
B=http://127.0.0.1:8142
python3 server.py &
for _ in $(seq 100); do curl -s -o /dev/null $B/tasks && break; sleep 0.05; done
