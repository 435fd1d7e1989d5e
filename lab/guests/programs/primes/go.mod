module primes

go 1.21
