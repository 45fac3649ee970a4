CREATE TABLE accounts (id text PRIMARY KEY, cents bigint);
INSERT INTO accounts VALUES ('shop', 0);
