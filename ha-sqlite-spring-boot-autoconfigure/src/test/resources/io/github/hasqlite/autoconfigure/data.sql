INSERT INTO task(title) VALUES('from a script');
