CREATE TABLE job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text DEFAULT 'ready');
INSERT INTO job SELECT FROM generate_series(1, 5);
