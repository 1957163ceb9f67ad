"""Terraform and Bicep become settings that keep where they stand."""

import pytest

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile


def read(path: str, text: str) -> dict[str, tuple[int, str, str]]:
    content = text.encode()
    file = SourceFile(path=path, kind="text", size=len(content), role="source", digest="0")
    rows = read_file(file, content).get("setting", [])
    return {row[3]: (row[1], row[5], row[6]) for row in rows}


TERRAFORM = """\
# resource "aws_old" "x" {
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm" }
  }
  backend "azurerm" {
    container_name = "state"
  }
}
/* resource "aws_older" "x" {
} */
resource "azurerm_key_vault" "main" {
  name                          = "kv-${var.env}" // with a comment
  public_network_access_enabled = false
  soft_delete_retention_days    = 7
  tags = {
    "owner" = "team # not a comment"
  }
  network_acls {
    ip_rules = [
      "10.0.0.1",
      "10.0.0.2",
    ]
    bypass = "AzureServices"
  }
  policy = <<EOT
resource "not_a" "resource" {
EOT
  count = var.enabled ? 1 : 0
}

module "network" { source = "./network" }
data aws_iam_policy_document this {
  statement { actions = ["s3:*"] }
}
variable "password" {
  default = "Sup3rSecretValue9x"
}
"""


def test_terraform_resources_and_their_attributes() -> None:
    found = read("main.tf", TERRAFORM)
    vault = "resource.azurerm_key_vault.main"
    assert found[vault] == (12, "azurerm_key_vault", "string")
    assert found[f"{vault}.name"] == (13, "kv-${var.env}", "string")
    assert found[f"{vault}.public_network_access_enabled"] == (14, "false", "bool")
    assert found[f"{vault}.soft_delete_retention_days"] == (15, "7", "number")
    assert found[f"{vault}.tags.owner"][1] == "team # not a comment"
    assert found[f"{vault}.network_acls.ip_rules[1]"][1] == "10.0.0.2"
    assert found[f"{vault}.network_acls.bypass"][1] == "AzureServices"
    assert found[f"{vault}.count"] == (29, "var.enabled ? 1 : 0", "string")
    assert found["terraform.backend.azurerm.container_name"][1] == "state"
    assert found["module.network"] == (32, "network", "string")
    assert found["data.aws_iam_policy_document.this"][1] == "aws_iam_policy_document"
    assert not [key for key in found if "old" in key or "not_a" in key]


def test_a_secret_in_terraform_is_not_stored() -> None:
    assert "Sup3rSecretValue9x" not in str(read("main.tf", TERRAFORM))


BICEP = """\
// resource old 'Microsoft.Old/x@2020' = {
param location string = 'westeurope'
var prefix = 'mlops'
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: '${prefix}-kv'
  properties: {
    publicNetworkAccess: 'Disabled'
    enableRbacAuthorization: true
    accessPolicies: []
    text: '''
resource not_a 'Microsoft.X/y@1' = {
'''
  }
  resource secret 'secrets' = {
    name: 'a'
  }
}
resource there 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {
  name: 'x'
}
resource many 'Microsoft.Web/sites@2023-01-01' = [for site in sites: if (site.on) {
  name: site.name
}]
resource rule 'Microsoft.Insights/metricAlerts@2018-03-01' = if (alerts) {
  location: 'global'
}
output id string = vault.id
"""


def test_bicep_resources_and_their_properties() -> None:
    found = read("main.bicep", BICEP)
    assert found["location"] == (2, "westeurope", "string")
    assert found["resource.vault"] == (4, "Microsoft.KeyVault/vaults@2023-07-01", "string")
    assert found["resource.vault.properties.publicNetworkAccess"][1] == "Disabled"
    assert found["resource.vault.properties.enableRbacAuthorization"][2] == "bool"
    assert found["resource.vault.resource.secret"][1] == "secrets"
    assert found["existing.there"][1] == "Microsoft.Storage/storageAccounts@2023-01-01"
    assert found["resource.many.name"][1] == "site.name"
    assert found["resource.rule"] == (24, "Microsoft.Insights/metricAlerts@2018-03-01", "string")
    assert found["resource.rule.location"][1] == "global"
    assert not [key for key in found if "old" in key or "not_a" in key]


@pytest.mark.parametrize("path", ["x.tf", "x.bicep"])
@pytest.mark.parametrize(
    "text",
    ["{" * 5000, "}" * 5000, 'a = "' * 1000, "a {\n" * 3000, "resource " * 3000, "/*", "\x00\xff"],
)
def test_broken_files_end(path: str, text: str) -> None:
    assert all(len(key) <= 600 for key in read(path, text))
