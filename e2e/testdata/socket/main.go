// Command socket opens an internet socket. It shows that the test that hone
// opens none can fail.
package main

import (
	"fmt"
	"net"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("listening on", l.Addr())
}
