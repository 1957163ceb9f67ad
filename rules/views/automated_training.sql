-- Files whose training something starts without a person. One row a file.
CREATE VIEW automated_training AS
SELECT DISTINCT t.path
FROM judged_training AS t
JOIN unattended AS u ON u.path = t.path AND u.scope = t.scope
