CREATE TABLE customers (id int PRIMARY KEY, name text, city text);
INSERT INTO customers VALUES (1, 'Ann', 'Pune'), (2, 'Bo', NULL), (3, 'Cem', 'Pune');
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total int, status text);
INSERT INTO orders VALUES (10, 1, 50, 'paid'), (11, 1, 70, 'open'), (12, 2, 30, 'paid'), (13, NULL, 20, 'paid');
CREATE TABLE stock (sku text PRIMARY KEY, qty int);
CREATE TABLE staff (salary int);
INSERT INTO staff VALUES (90), (90), (80);
