CREATE TABLE customer (id int PRIMARY KEY);
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, cents bigint);
INSERT INTO customer VALUES (1);
CREATE TABLE doc (id int PRIMARY KEY, body jsonb);
