CREATE TABLE order_summary (order_id bigint PRIMARY KEY, customer_id bigint, status text, total_cents bigint, version int);
-- before 1
PREPARE apply (bigint, bigint, text, bigint, int) AS
-- after 1
EXECUTE apply (1, 7, 'placed', 4200, 1);
EXECUTE apply (1, 7, 'placed', 4200, 1);
EXECUTE apply (1, 7, 'shipped', 4200, 3);
EXECUTE apply (1, 7, 'paid', 4200, 2);
-- before 2
INSERT INTO order_summary (order_id, status, version) VALUES (1, 'paid', 2)
