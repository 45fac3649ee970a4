// Command hone is a study companion for backend developers that lives in the
// terminal.
package main

func main() {}
