# needs: go
cp "$PAGE/1.go" main.go && go build -o app main.go || exit 1
