-- Generators of random numbers that code which runs with a training seeds, `*` for a helper that was
-- not read. One row a training file and a source.
CREATE VIEW training_seed AS
SELECT DISTINCT n.training_path, r.source
FROM training_neighbour AS n
JOIN randomness AS r ON r.path = n.path
WHERE r.role = 'seed' AND COALESCE(r.seeded, 1)
