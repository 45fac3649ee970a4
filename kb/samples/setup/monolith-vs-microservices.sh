# needs: go
mkdir -p orders/internal/store billing
printf 'module shop\n\ngo 1.22\n' >go.mod
printf 'package store\n\nvar Rows []int\n' >orders/internal/store/store.go
cp "$PAGE/1.go" billing/billing.go
