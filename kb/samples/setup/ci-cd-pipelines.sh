# needs: go
printf 'module example.com/a\ngo 1.26\n' > go.mod
