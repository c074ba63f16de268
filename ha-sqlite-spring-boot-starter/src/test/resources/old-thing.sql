CREATE TABLE IF NOT EXISTS thing(id INTEGER PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, version INTEGER NOT NULL, flag boolean NOT NULL, number float NOT NULL);
INSERT INTO thing(id, name, version, flag, number) SELECT 1, 'kept', 0, 0, 0 WHERE NOT EXISTS (SELECT * FROM thing);
