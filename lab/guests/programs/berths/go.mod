module berths

go 1.21
