"""`python -m mlops_audit` is the same as `mlops-audit`."""

from mlops_audit.cli.main import run

if __name__ == "__main__":
    run()
