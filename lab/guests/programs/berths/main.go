// Berths of a harbour: one booking at a time, since the list of all is locked while the harbour master is told of it.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync"
	"time"
)

var (
	berths sync.Mutex
	booked int
)

func tellHarbourMaster() {
	time.Sleep(7 * time.Millisecond)
}

func bookBerth() int {
	berths.Lock()
	defer berths.Unlock()
	tellHarbourMaster()
	booked++
	return booked
}

func main() {
	http.HandleFunc("/berths", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(writer, "%d\n", bookBerth())
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
