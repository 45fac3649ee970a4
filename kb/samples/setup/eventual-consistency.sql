CREATE TABLE profile (id int PRIMARY KEY, name text);
INSERT INTO profile VALUES (1, 'Ada');
