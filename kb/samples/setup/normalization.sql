CREATE TABLE posts (id int PRIMARY KEY, comment_count int NOT NULL DEFAULT 0);
CREATE TABLE comments (id int, post_id int);
INSERT INTO posts VALUES (1, 0), (2, 1);
INSERT INTO comments VALUES (1, 1), (2, 1);
-- before 1
-- The sample creates the table and changes it at once; its rows come by a trigger.
CREATE FUNCTION fill() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table') THEN
    INSERT INTO enrolment VALUES ('Ann', 'SQL', 'Roy', 'R1'), ('Bo', 'SQL', 'Roy', 'R1'), ('Ann', 'Go', 'Kim', 'R2'), ('Cem', 'Go', 'Kim', 'R2');
  END IF;
END $$;
CREATE EVENT TRIGGER fill ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION fill();
-- after 1
DROP EVENT TRIGGER fill;
SELECT course, array_agg(DISTINCT room ORDER BY room) AS rooms FROM enrolment GROUP BY 1;
\echo SELECT teacher, room FROM enrolment WHERE course = '''Go''';
SELECT teacher, room FROM enrolment WHERE course = 'Go';
-- before 2
CREATE FUNCTION fill2() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  IF to_regclass('courses') IS NOT NULL THEN
    INSERT INTO courses VALUES ('SQL', 'Roy', 'R1') ON CONFLICT DO NOTHING;
  END IF;
END $$;
CREATE EVENT TRIGGER fill2 ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION fill2();
-- after 2
DROP EVENT TRIGGER fill2;
-- after 3
DO $$ BEGIN ASSERT (SELECT array_agg(comment_count ORDER BY id) FROM posts) = '{2,0}', 'counts are wrong'; END $$;
