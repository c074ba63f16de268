INSERT INTO task(title) VALUES('migrated');
