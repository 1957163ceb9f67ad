-- Chapters of README, charter or notebook that state the problem, the aim or the hypothesis. One row
-- a chapter.
CREATE VIEW stated_problem AS
SELECT c.path, c.cell, c.line,
       CASE WHEN c.heading = '' THEN 'A chapter states the aim'
            ELSE 'A chapter "' || c.heading || '" states the problem' END AS found
FROM claim AS c
JOIN file AS f ON f.path = c.path
WHERE c.words >= 20
  AND (
    lower(f.name) LIKE 'readme%' OR c.cell IS NOT NULL OR lower(c.path) LIKE '%charter%'
    OR lower(c.path) LIKE '%problem%' OR lower(c.path) LIKE '%business%' OR lower(c.path) LIKE '%canvas%'
    OR lower(c.path) LIKE 'docs/index%' OR lower(c.path) LIKE '%project_desc%' OR lower(c.path) LIKE '%proposal%'
  )
  AND lower(c.path) NOT LIKE '%skill%' AND lower(c.path) NOT LIKE '%/plans/%' AND lower(c.path) NOT LIKE '%.github/%'
  AND (
    c.heading IN ('problem', '1. problem', 'our problem', 'problem and goal', 'problem & goal', 'problem description')
    OR c.heading LIKE '%problem statement%' OR c.heading LIKE '%problem definition%'
    OR c.heading LIKE '%the problem' OR c.heading LIKE '%business problem%' OR c.heading LIKE '%business understanding%'
    OR c.heading LIKE '%business case%' OR c.heading LIKE '%hypothes%' OR c.heading LIKE '%research question%'
    OR c.heading LIKE '%success criteri%'
    OR c.heading IN (
      'objective', 'objectives', 'goal', 'goals', 'project goal', 'project goals', 'aim', 'aims', 'use case',
      'motivation', 'project objective', 'project objectives', 'the goal', 'task', 'the task', 'project description',
      'purpose', 'project purpose', 'about the project', 'project overview', 'scope'
    )
    OR c.text LIKE '%the goal of this project is%' OR c.text LIKE '%the aim of this project%'
    OR c.text LIKE '%this project aims to%' OR c.text LIKE '%the objective of this project%'
    OR c.text LIKE '%the objective is to predict%' OR c.text LIKE '%the goal is to predict%'
    OR c.text LIKE '%the task is to predict%' OR c.text LIKE '%the goal is to build a model%'
    OR c.text LIKE '%solves the problem of%'
    OR c.text LIKE '%the model predicts %'
  )
