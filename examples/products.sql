-- 200,000 products whose names hold a few words; a search by a part of the name has no index that serves it.
CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price integer NOT NULL);
INSERT INTO products
SELECT n, (ARRAY['red', 'blue', 'green', 'grey'])[1 + n % 4] || ' ' ||
       (ARRAY['chair', 'table', 'lamp', 'shelf', 'desk', 'bench', 'stool', 'mirror', 'carpet', 'vase', 'clock', 'bowl'])[1 + (n / 4) % 12] || ' ' || n,
       (n * 7919) % 100000
FROM generate_series(1, 200000) AS n;
ANALYZE products;
