-- after 1
-- Version 7, the variant of RFC 9562, and in the order of time.
DO $$ DECLARE a uuid := uuid_v7(); b uuid; BEGIN
  PERFORM pg_sleep(0.01);
  b := uuid_v7();
  ASSERT a::text ~ '^.{14}7.{4}[89ab]', 'not version 7: ' || a;
  ASSERT a < b, 'not in order';
END $$;
