# needs: go curl
mkdir hub && cp "$PAGE/1.go" hub/main.go && go build -o server ./hub/main.go
./server &
for _ in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:18473/ && break; sleep 0.05; done
