-- Notebooks that can't run from top to bottom, because a name has no value by then: with the first
-- such name, why, and how many there are. One row a notebook.
CREATE VIEW hidden_state AS
WITH parameterised AS (
  -- Papermill gives a notebook every name that it is told to.
  SELECT t.target_path AS path
  FROM action AS a
  JOIN command AS c ON c.path = a.path AND c.scope = a.scope AND c.line IS a.line
  JOIN command_target AS t ON t.path = c.path AND t.position = c.position
  WHERE a.technology = 'papermill' AND a.action = 'notebook_run'
  UNION
  SELECT e.target_path
  FROM action AS a
  JOIN call_edge AS e ON e.path = a.path AND e.scope = a.scope AND e.line IS a.line
  WHERE a.technology = 'papermill' AND a.action = 'notebook_run'
),
broken AS (
  SELECT b.path, b.cell, b.line, b.scope, b.name, b.kind, b.other_cell, b.other_line,
         count(*) OVER (PARTITION BY b.path) AS names,
         row_number() OVER (
           PARTITION BY b.path ORDER BY b.kind <> 'later', b.cell, b.line, b.name
         ) AS number
  FROM notebook_name AS b
  WHERE b.certain AND b.kind IN ('later', 'missing', 'deleted')
    AND NOT (b.kind = 'missing' AND b.path IN (SELECT p.path FROM parameterised AS p))
)
SELECT b.path, b.cell, b.line, b.name, b.names,
       CASE WHEN b.cell IS NULL THEN 'Line ' || b.line ELSE 'Cell ' || (b.cell + 1) END
       || CASE b.scope WHEN '' THEN ' uses ' ELSE ' uses, in ' || b.scope || '(), ' END
       || b.name
       || CASE
            WHEN b.kind = 'missing' THEN ', which no cell defines'
            WHEN b.kind = 'later' AND b.other_cell IS b.cell AND b.cell IS NOT NULL
              THEN ' before it defines it'
            WHEN b.kind = 'later' AND b.cell IS NULL
              THEN ', which is first defined in line ' || b.other_line
            WHEN b.kind = 'later' THEN ', which is first defined in cell ' || (b.other_cell + 1)
            WHEN b.cell IS NULL THEN ', which line ' || b.other_line || ' deletes'
            ELSE ', which cell ' || (b.other_cell + 1) || ' deletes'
          END
       || CASE
            WHEN b.kind = 'later' AND o.execution_count < u.execution_count
              THEN ', run earlier'
            WHEN b.kind = 'missing' AND u.execution_count IS NOT NULL AND u.error IS NULL
              THEN ', and yet it was run'
            ELSE ''
          END
       || CASE b.names
            WHEN 1 THEN ''
            WHEN 2 THEN ' (and 1 more name)'
            ELSE ' (and ' || (b.names - 1) || ' more names)'
          END AS what
FROM broken AS b
LEFT JOIN cell AS u ON u.path = b.path AND u.cell = b.cell
LEFT JOIN cell AS o ON o.path = b.path AND o.cell = b.other_cell
WHERE b.number = 1
