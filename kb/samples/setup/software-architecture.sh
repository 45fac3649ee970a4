# needs: go
mkdir inventory orders
printf 'module shop\n\ngo 1.22\n' >go.mod
printf 'package inventory\n' >inventory/inventory.go
printf 'package orders\n\nimport _ "shop/inventory"\n' >orders/orders.go
