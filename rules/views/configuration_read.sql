-- Places that read configuration: arguments, configuration files, settings. One row a place.
CREATE VIEW configuration_read AS
SELECT a.path, a.cell, a.line, a.name
FROM code_action AS a
WHERE a.action = 'parse_config'
UNION
SELECT k.path, k.cell, k.line, k.name
FROM call AS k
WHERE k.target IN (
  'argparse.ArgumentParser', 'configparser.ConfigParser', 'yaml.safe_load', 'yaml.load',
  'yaml.full_load', 'ruamel.yaml.YAML', 'tomllib.load', 'tomllib.loads', 'toml.load', 'tomli.load',
  'tomli.loads', 'omegaconf.OmegaConf.load', 'omegaconf.OmegaConf.from_cli', 'hydra.compose',
  'hydra.initialize', 'fire.Fire', 'tyro.cli', 'gin.parse_config_file',
  'gin.parse_config_files_and_bindings', 'dynaconf.Dynaconf', 'transformers.HfArgumentParser',
  'ml_collections.config_flags.DEFINE_config_file', 'absl.flags.DEFINE_float',
  'absl.flags.DEFINE_integer', 'jsonargparse.CLI', 'confuse.Configuration', 'environ.Env',
  'dvc.api.params_show', 'docopt.docopt', 'tap.Tap', 'configargparse.ArgumentParser'
)
UNION
SELECT d.path, d.cell, d.line, d.target
FROM decorator AS d
WHERE d.target IN ('hydra.main', 'click.command', 'click.option', 'click.argument', 'gin.configurable',
                   'typer.Typer.command', 'pyrallis.wrap')
UNION
SELECT b.path, NULL, b.line, b.target
FROM base AS b
WHERE b.target IN ('pydantic_settings.BaseSettings', 'pydantic.BaseSettings', 'tap.Tap')
