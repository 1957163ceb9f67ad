-- Resources that infrastructure code of this repository creates (Terraform, Bicep, ARM,
-- CloudFormation, Kubernetes and the like). One row a resource.
CREATE VIEW infrastructure AS
SELECT a.path, a.line, a.name, a.technology
FROM action AS a
JOIN file AS f ON f.path = a.path
WHERE a.action = 'provision'
  AND a.via = 'key'
  AND a.confidence <> 'low'
  AND f.role NOT IN ('vendored', 'generated', 'test', 'docs')
