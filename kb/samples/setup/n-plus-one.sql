CREATE TABLE orders (id int, customer_id int, total int);
