-- after 1
SELECT * FROM accounts;
