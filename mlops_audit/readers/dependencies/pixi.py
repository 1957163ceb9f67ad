"""pixi.toml and [tool.pixi]."""

from collections.abc import Iterator

from mlops_audit.readers.dependencies.names import conda_pin, group, unique
from mlops_audit.readers.dependencies.parsing import Locator, load_toml, mapping, scalar
from mlops_audit.readers.dependencies.poetry import table_rows
from mlops_audit.schema import Dependency


def read_pixi_file(path: str, text: str) -> Iterator[Dependency]:
    """Yield the dependencies of a pixi.toml."""
    yield from unique(read_pixi(path, load_toml(text), Locator(text)))


def read_pixi(path: str, table: object, locator: Locator) -> Iterator[Dependency]:
    """Yield the dependencies of a pixi manifest or of [tool.pixi]."""
    manifest = mapping(table)
    features = {"main": manifest}
    for name, feature in mapping(manifest.get("feature")).items():
        features[name] = mapping(feature)
    for name, feature in features.items():
        after = locator.starting("[dependencies]", "[tool.pixi.dependencies]")
        if name != "main":
            after = locator.starting(f"[feature.{name}", f"[tool.pixi.feature.{name}")
        for package, value in mapping(feature.get("dependencies")).items():
            if package == "python":
                continue
            written = scalar(value) or scalar(mapping(value).get("version"))
            specifier = "" if written == "*" else written[:300]
            line = locator.line(package, after)
            row = (package.lower(), specifier, conda_pin(specifier), group(name))
            yield Dependency(path, line, *row, "conda", "conda", False)
        listed = feature.get("pypi-dependencies")
        yield from table_rows(path, listed, group(name), "conda", locator, after)
