# needs: go curl
cp "$PAGE/1.go" main.go && go build -o app main.go && set -m
# after 1
wait %1
