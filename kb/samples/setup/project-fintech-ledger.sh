# needs: python3 curl
cat >server.py <<'END'
import http.server, json, sqlite3, threading
db = sqlite3.connect('ledger.db', isolation_level=None, check_same_thread=False)
db.executescript('''
CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0 OR id = 'world')) STRICT;
CREATE TABLE transfers (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, src TEXT, dst TEXT, cents INTEGER CHECK (cents > 0)) STRICT;
CREATE TABLE entries (transfer_id INTEGER REFERENCES transfers, account_id TEXT REFERENCES accounts, amount INTEGER) STRICT;
INSERT INTO accounts VALUES ('world', -6000), ('ana', 6000), ('bo', 0);
''')
lock = threading.Lock() # one writer, as SQLite has it
class Fault(Exception): pass
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def say(self, status, body):
        data = json.dumps(body, separators=(',', ':')).encode()
        self.send_response(status); self.send_header('Content-Length', str(len(data))); self.end_headers(); self.wfile.write(data)
    def do_GET(self):
        with lock: r = db.execute('SELECT id, balance FROM accounts WHERE id = ?', (self.path.rsplit('/', 1)[1],)).fetchone()
        self.say(200, dict(id=r[0], balance=r[1])) if r else self.say(404, dict(error='no such account'))
    def transfer(self, key, b):
        if not key: raise Fault(400, 'Idempotency-Key is missing')
        if type(b.get('cents')) is not int or b['cents'] <= 0: raise Fault(422, 'cents must be a positive integer')
        if b['from'] == b['to']: raise Fault(422, 'from and to are the same')
        request = (b['from'], b['to'], b['cents'])
        old = db.execute('SELECT id, src, dst, cents FROM transfers WHERE key = ?', (key,)).fetchone()
        if old:
            if old[1:] != request: raise Fault(422, 'this key belongs to another request')
            return old[0]
        db.execute('BEGIN IMMEDIATE')
        try:
            n = db.execute('INSERT INTO transfers (key, src, dst, cents) VALUES (?, ?, ?, ?)', (key, *request)).lastrowid
            for who, amount in ((b['from'], -b['cents']), (b['to'], b['cents'])):
                db.execute('UPDATE accounts SET balance = balance + ? WHERE id = ?', (amount, who))
                db.execute('INSERT INTO entries VALUES (?, ?, ?)', (n, who, amount))
            db.execute('COMMIT'); return n
        except sqlite3.IntegrityError:
            db.execute('ROLLBACK'); raise Fault(422, 'insufficient funds')
    def do_POST(self):
        b = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        try:
            with lock: n = self.transfer(self.headers.get('Idempotency-Key'), b)
            self.say(201, {'id': n, 'from': b['from'], 'to': b['to'], 'cents': b['cents']})
        except Fault as f: self.say(f.args[0], dict(error=f.args[1]))
class S(http.server.ThreadingHTTPServer): request_queue_size = 256
S(('127.0.0.1', 8144), H).serve_forever()
END
B=http://127.0.0.1:8144
python3 server.py &
server=$!
for _ in $(seq 100); do curl -s -o /dev/null $B/accounts/ana && break; sleep 0.05; done
wait() { local j; for j in $(jobs -p); do [ "$j" = "$server" ] || builtin wait "$j"; done; }
