CREATE TABLE acc (id int PRIMARY KEY, bal int);
INSERT INTO acc VALUES (1, 100);
CREATE TABLE doctors (name text, on_call boolean);
