-- Names of home folders that belong to nobody: accounts of containers, cloud images and servers, and
-- names that stand for anybody. One row a name.
CREATE VIEW shared_account AS
WITH account (name) AS (VALUES
  ('...'), ('admin'), ('agent'), ('airflow'), ('all users'), ('app'), ('appuser'), ('azureuser'),
  ('bar'), ('builder'), ('centos'), ('circleci'), ('coder'), ('codespace'), ('conda'),
  ('containeradministrator'), ('dagster'), ('data'), ('dbuser'), ('debian'), ('default'),
  ('deploy'), ('dev'), ('developer'), ('devuser'), ('docker'), ('ec2-user'), ('example'),
  ('foo'), ('github'), ('gitpod'), ('hadoop'), ('jenkins'), ('johndoe'), ('jovyan'), ('kaggle'),
  ('linuxbrew'), ('mambauser'), ('me'), ('mlflow'), ('model-server'), ('mosaic'), ('my_user'),
  ('myuser'), ('name'), ('nobody'), ('node'), ('nonroot'), ('nvidia'), ('path'), ('pi'),
  ('prefect'), ('public'), ('ray'), ('root'), ('runner'), ('runneradmin'), ('sagemaker-user'),
  ('service'), ('shared'), ('site'), ('someone'), ('spark'), ('streamlit'), ('testuser'),
  ('trino'), ('ubuntu'), ('user'), ('user_name'), ('username'), ('vscode'), ('vsts'),
  ('vsts_azpcontainer'), ('worker'), ('www-data'), ('xxx'), ('you'), ('your-name'),
  ('your_name'), ('your_username'), ('yourname'), ('yourusername')
)
SELECT a.name FROM account AS a
