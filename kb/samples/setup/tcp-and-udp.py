import socket

listener = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(listener.getsockname())
a, _ = listener.accept()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 0))
addr = u.getsockname()
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for s in (a, u):
    s.settimeout(5)
