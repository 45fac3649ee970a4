CREATE TABLE fact (day date, store int, cents int, qty int);
INSERT INTO fact VALUES ('2026-11-21', 1, 500, 2), ('2026-11-21', 2, 300, 1), ('2026-11-20', 1, 100, 1);
CREATE TABLE daily_revenue (day date, store int, cents bigint);
INSERT INTO daily_revenue VALUES ('2026-11-21', 1, 1000), ('2026-11-20', 1, 100);
-- after 2
-- It replaces the day: a day that was loaded before is not doubled.
DO $$ BEGIN ASSERT (SELECT sum(cents) FROM daily_revenue) = 1400, 'the day was loaded twice'; END $$;
