--liquibase formatted sql

--changeset one:1
CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT);

--changeset one:2
INSERT INTO task(title) VALUES('migrated');
