-- Places that log in without a key in the code: managed identities, federation, secret stores and the
-- stores of CI systems and clusters. One row a place, with its proof.
CREATE VIEW managed_login AS
SELECT p.path, p.cell, p.line, p.name AS found, p.strength
FROM proven_action AS p
WHERE p.action IN ('read_secret', 'authenticate')
  -- What fills a variable, a .env file or a prompt can't be seen.
  AND p.name NOT LIKE 'os.%' AND p.name NOT LIKE '%dotenv%' AND p.name NOT LIKE 'decouple.%'
  AND p.name NOT LIKE 'environ%' AND p.name NOT LIKE 'getpass.%'
  -- Steps that log in are told apart below; a login with a token is no identity.
  AND p.technology NOT IN ('cloud-login', 'transformers')
UNION ALL
SELECT c.path, c.cell, c.line, c.name, 'implemented'
FROM call AS c
JOIN file_zone AS z ON z.path = c.path
WHERE z.zone IN ('exploration', 'development', 'production')
  AND (
    (
      c.target LIKE 'azure.identity.%Credential'
      AND c.method NOT IN ('ClientSecretCredential', 'UsernamePasswordCredential')
    )
    OR c.target IN ('google.auth.default', 'sagemaker.get_execution_role', 'sagemaker.session.get_execution_role')
    OR c.target LIKE 'boto3.%.assume_role%'
  )
UNION ALL
SELECT s.path, NULL, min(s.line), 'the secret store of the CI system', 'automated'
FROM ci_secret AS s
GROUP BY s.path
UNION ALL
SELECT s.path, NULL, s.line, s.uses || ' with a federated identity', 'automated'
FROM step AS s
WHERE (s.uses LIKE 'aws-actions/configure-aws-credentials@%' AND s.inputs LIKE '%"role-to-assume"%')
   OR (s.uses LIKE 'google-github-actions/auth@%' AND s.inputs LIKE '%"workload_identity_provider"%')
   OR (s.uses LIKE 'azure/login@%' AND s.inputs LIKE '%"client-id"%')
UNION ALL
SELECT s.path, NULL, min(s.line), 'a service connection', 'automated'
FROM step AS s
WHERE s.inputs LIKE '%"azureSubscription":%' OR s.inputs LIKE '%"connectedServiceName%'
GROUP BY s.path
UNION ALL
SELECT s.path, NULL, s.line, 'a secret of the cluster', 'implemented'
FROM setting AS s
JOIN file AS f ON f.path = s.path
WHERE s.key LIKE '%secretKeyRef.name' AND f.role = 'source'
UNION ALL
SELECT s.path, NULL, s.line, 'a Key Vault reference', 'implemented'
FROM setting AS s
WHERE s.value LIKE '@Microsoft.KeyVault(%'
