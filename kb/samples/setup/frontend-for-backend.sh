# needs: go curl
mkdir tasks && cp "$PAGE/1.go" tasks/main.go && go build -o server ./tasks/main.go
./server &
for _ in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:8095/ && break; sleep 0.05; done
