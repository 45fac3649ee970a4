CREATE TABLE report (id int PRIMARY KEY, body text, fence int);
INSERT INTO report VALUES (1, '', 0);
-- after 3
SELECT * FROM report;
