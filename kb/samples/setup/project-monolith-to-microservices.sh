# needs: python3 curl
# Three processes stand in for the containers.
cat >service.py <<'END'
import http.server, json, sys, urllib.error, urllib.request
name, port = sys.argv[1], int(sys.argv[2])
log = open(name + '.log', 'a')
orders = {}
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def say(self, status, body):
        data = json.dumps(body, separators=(',', ':')).encode()
        self.send_response(status); self.send_header('Content-Length', str(len(data))); self.end_headers(); self.wfile.write(data)
        print(json.dumps(dict(service=name, request_id=self.headers.get('X-Request-ID'), path=self.path, status=status)), file=log, flush=True)
    def do_GET(self):
        if self.path == '/users/1': return self.say(200, dict(id=1, email='ana@example.com'))
        if self.path == '/products/mug': return self.say(200, dict(sku='mug', name='Mug', price_cents=900))
        if self.path.startswith('/orders/'):
            o = orders.get(int(self.path.rsplit('/', 1)[1]))
            if o: return self.say(200, o)
        self.say(404, dict(error='not found'))
    def do_POST(self):
        b = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        call = urllib.request.Request('http://127.0.0.1:8146/products/' + b['sku'], headers={'X-Request-ID': self.headers.get('X-Request-ID', '-')})
        try: p = json.load(urllib.request.urlopen(call, timeout=0.3))
        except (urllib.error.URLError, OSError): return self.say(503, dict(error='product service unavailable, try again'))
        o = orders[len(orders) + 1] = dict(id=len(orders) + 1, name=p['name'], unit_cents=p['price_cents'], quantity=b['quantity'])
        self.say(201, o)
http.server.ThreadingHTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(('127.0.0.1', port), H).serve_forever()
END
U=http://127.0.0.1:8145 P=http://127.0.0.1:8146 O=http://127.0.0.1:8147
up() { for _ in $(seq 100); do curl -s -o /dev/null "$1" && break; sleep 0.05; done; }
python3 service.py user 8145 & python3 service.py order 8147 &
docker() {
	case $2 in
	stop) kill $product; wait $product 2>/dev/null ;;
	pause) kill -STOP $product; trap "kill -KILL $product; $(trap -p EXIT | cut -d\' -f2)" EXIT ;;
	start) python3 service.py product 8146 & product=$!; up $P ;;
	esac
	return 0
}
docker compose start product; up $U; up $O
