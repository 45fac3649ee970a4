// Command hone is a study companion for backend developers that lives in the
// terminal.
package main

import (
	"context"
	"os"

	"hone/cli"
)

func main() { os.Exit(cli.Main(context.Background(), cli.Process())) }
