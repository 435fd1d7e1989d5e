// GET /search?q=red: the ten dearest products whose name holds a word. net/http/pprof serves the profiles that the responder takes.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

type product struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Price int    `json:"price"`
}

const search = `SELECT id, name, price FROM products WHERE lower(name) LIKE '%' || $1 || '%' ORDER BY price DESC LIMIT 10`

func find(request *http.Request, pool *pgxpool.Pool) ([]product, error) {
	rows, err := pool.Query(request.Context(), search, request.URL.Query().Get("q"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []product{}
	for rows.Next() {
		var p product
		if err := rows.Scan(&p.ID, &p.Name, &p.Price); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /search", func(writer http.ResponseWriter, request *http.Request) {
		found, err := find(request, pool)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
		writer.Header().Set("content-type", "application/json")
		_ = json.NewEncoder(writer).Encode(found)
	})
	address := "127.0.0.1:8080"
	if port := os.Getenv("PORT"); port != "" {
		address = "127.0.0.1:" + port
	}
	log.Printf("shop listens on http://%s", address)
	log.Fatal(http.ListenAndServe(address, nil))
}
