-- Checks of data, one row a place, by kind: `schema` a validation framework or a test of the data
-- itself; `by hand` a condition about columns, missing values or types that raises where data is
-- read; `request` a typed body of a web route.
CREATE VIEW data_check AS
SELECT p.path, p.cell, p.line, 'schema' AS kind, p.name, p.strength
FROM proven_action AS p
WHERE p.action IN ('validate_data', 'data_test')
UNION
SELECT a.path, a.cell, a.line, 'schema', a.name,
       CASE WHEN EXISTS (
         SELECT 1 FROM automated_action AS m
         WHERE m.path = a.path AND m.line IS a.line AND m.action = a.action
       ) THEN 'automated' ELSE 'implemented' END
FROM action AS a
JOIN file_zone AS z ON z.path = a.path
WHERE z.zone = 'test'
  AND a.confidence <> 'low'
  AND (a.action = 'data_test' OR (a.action = 'validate_data' AND lower(a.path) LIKE '%data%'))
UNION
SELECT c.path, c.cell, min(c.line),
       CASE z.zone WHEN 'test' THEN 'schema' ELSE 'by hand' END,
       CASE z.zone WHEN 'test' THEN 'a test of the data' ELSE 'a hand-written check' END,
       'implemented'
FROM condition AS c
JOIN file_zone AS z ON z.path = c.path
WHERE c.kind IN ('if', 'assert')
  AND (c.kind = 'assert' OR c.consequence LIKE '%raise%' OR c.consequence LIKE '%exit%')
  AND (
    ' ' || c.names || ' ' LIKE '%columns %' OR ' ' || c.names LIKE '% dtype%'
    OR c.names LIKE '%isnull%' OR ' ' || c.names || ' ' LIKE '% isna %' OR c.names LIKE '%notnull%'
    OR ' ' || c.names || ' ' LIKE '% n_nan %' OR c.names LIKE '%missing_col%'
    OR c.names LIKE '%missing_val%' OR c.names LIKE '%duplicated%'
    OR (
      -- Looser words count in the work itself, where a test would speak of a frame of its own.
      z.zone <> 'test'
      AND (
        c.names LIKE '%class_to_idx%'
        OR (
          (' ' || c.names || ' ' LIKE '% df %' OR ' ' || c.names || ' ' LIKE '% data %'
           OR ' ' || c.names || ' ' LIKE '% dataset %' OR ' ' || c.names || ' ' LIKE '%_df %')
          AND (' ' || c.names || ' ' LIKE '% len %' OR ' ' || c.names || ' ' LIKE '% empty %'
               OR ' ' || c.names || ' ' LIKE '% shape %' OR ' ' || c.names || ' ' LIKE '% values %')
        )
      )
    )
  )
  AND CASE z.zone
        -- A test counts where it reads the data set, not a frame of its own making.
        WHEN 'test' THEN ((lower(c.path) LIKE '%data_test%' OR lower(c.path) LIKE '%test_data%'
                           OR lower(c.path) LIKE '%data_valid%' OR lower(c.path) LIKE '%data_quality%'
                           OR lower(c.path) LIKE '%dataset%' OR lower(c.path) LIKE '%schema%') AND EXISTS (
          SELECT 1 FROM action AS a
          WHERE a.path = c.path AND a.action = 'load_data' AND a.confidence <> 'low'
            AND (a.name LIKE '%read_%' OR a.name LIKE '%load%' OR a.name LIKE '%scan_%')
        ))
        ELSE z.zone IN ('exploration', 'development', 'production') AND EXISTS (
          SELECT 1 FROM code_action AS a
          WHERE a.path = c.path AND a.action IN ('load_data', 'prepare_data', 'split')
        )
      END
GROUP BY c.path, c.cell, c.scope
UNION
SELECT b.path, NULL, min(b.line), 'request', b.qualname, 'implemented'
FROM base AS b
JOIN file_zone AS z ON z.path = b.path
WHERE b.target IN ('pydantic.BaseModel', 'pydantic.main.BaseModel', 'marshmallow.Schema', 'ninja.Schema')
  AND z.zone = 'production'
  AND EXISTS (
    SELECT 1
    FROM entry_point AS e
    WHERE e.kind = 'web_route'
      AND (
        e.path = b.path
        OR EXISTS (SELECT 1 FROM call_edge AS l WHERE l.path = e.path AND l.target_path = b.path)
      )
  )
GROUP BY b.path
