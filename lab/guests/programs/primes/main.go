// Prime numbers by trial division, with the debug server that Go services have.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
)

func isPrime(number int) bool {
	for divisor := 2; divisor*divisor <= number; divisor++ {
		if number%divisor == 0 {
			return false
		}
	}
	return number > 1
}

func countPrimes(below int) int {
	count := 0
	for number := 0; number < below; number++ {
		if isPrime(number) {
			count++
		}
	}
	return count
}

func main() {
	http.HandleFunc("/primes", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(writer, "%d\n", countPrimes(220_000))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	if err := http.Serve(listener, nil); err != nil {
		os.Exit(1)
	}
}
