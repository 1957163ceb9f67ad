-- Commits of people that came through a pull or merge request, told by the subjects that GitHub,
-- GitLab, Azure Repos and Bitbucket write. One row a commit.
CREATE VIEW pull_request_commit AS
SELECT c.sha, c.subject, c.author_key, c.committed_at
FROM git_commit AS c
WHERE NOT c.bot
  AND (
    c.subject LIKE 'Merge pull request #%'
    OR c.subject LIKE 'Merged PR _%:%'
    OR c.subject LIKE 'Merged in % (pull request #%)'
    OR (c.parents > 1 AND c.subject GLOB 'Merge branch ''*'' into ''*''')
    OR (c.parents < 2 AND c.subject GLOB '*(#[0-9]*)')
  )
