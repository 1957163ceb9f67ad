"""What kind of file a path is, by its name; for names that say nothing, by its first bytes."""

import re

#: Kinds whose content no reader reads as text.
BINARY_KINDS = frozenset({"image", "model", "archive", "binary"})

_SUFFIXES = {
    "python": "py pyi pyw",
    "notebook": "ipynb",
    "yaml": "yaml yml cff dvc",
    "toml": "toml",
    "json": "json json5 jsonc webmanifest asset sarif",
    "ini": "ini cfg conf properties editorconfig",
    "markdown": "md markdown mdx rmd qmd mkd",
    "rst": "rst",
    "text": "txt text log html htm css scss xml adoc tex bib tf tfvars hcl bicep bicepparam proto"
    " j2 jinja jinja2 tmpl tpl template env patch diff in csl svg puml mermaid mmd groovy gradle"
    " prisma graphql rego pbtxt prototxt timer service cron lock",
    "shell": "sh bash zsh ksh bats ps1 psm1 bat cmd fish",
    "sql": "sql ddl hql",
    "r": "r",
    "julia": "jl",
    "scala": "scala sc sbt",
    "javascript": "js jsx ts tsx mjs cjs vue svelte",
    "makefile": "mk mak just",
    "dockerfile": "dockerfile containerfile",
    "image": "png jpg jpeg gif bmp tif tiff webp ico psd heic avif eps dcm nii dicom",
    "data": "csv tsv jsonl ndjson geojson parquet feather arrow orc avro xls xlsx xlsm ods npy npz"
    " mat h5ad rdata rds sav dta sas7bdat libsvm svm arff tfrecord tfrecords lmdb db sqlite sqlite3"
    " duckdb mdb wav mp3 flac ogg mp4 avi mov mkv webm las laz pcd ply shp dbf shx nc grib",
    "model": "pkl pickle joblib h5 hdf5 keras pt pth ckpt onnx pb tflite safetensors bin gguf ggml"
    " mlmodel caffemodel model cbm bst lgb ubj weights params mar engine trt dill cloudpickle npzw"
    " skops pmml",
    "archive": "zip tar gz tgz bz2 xz 7z rar zst whl egg jar war nupkg deb rpm lz4 br",
    "binary": "so dll dylib exe o a lib pyc pyo pyd class wasm pdf doc docx ppt pptx odt ttf otf"
    " woff woff2 eot wandb pyz iso dmg idx pack swp rdb",
    "other": "c cc cpp cxx h hpp hxx cu cuh java kt kts go rs rb php pl pm lua m swift cs fs fsx"
    " vb hs ml mli clj cljs ex exs erl dart nim zig asm s f f90 f95 for pyx pxd pas v vhd tcl lisp",
}
_BY_SUFFIX = {suffix: kind for kind, names in _SUFFIXES.items() for suffix in names.split()}

_NAMES = {
    "text": "readme license licence copying notice authors contributors codeowners changelog"
    " version manifest jenkinsfile snakefile vagrantfile brewfile .gitignore"
    " .dockerignore .dvcignore .gitattributes .gitmodules .amlignore .gcloudignore .npmignore"
    " .env .envrc .flake8ignore .mailmap .python-version .nvmrc .tool-versions crontab"
    " requirements procfile dvcignore",
    "makefile": "makefile gnumakefile justfile",
    "dockerfile": "dockerfile containerfile",
    "yaml": "mlproject mlmodel mltable .clang-format .yamllint .prettierrc .clearml",
    "toml": "pipfile",
    "json": "pipfile.lock .eslintrc .babelrc .devcontainer",
    "ini": ".pylintrc pylintrc .coveragerc .flake8 .isort.cfg setup.cfg tox.ini .pypirc .netrc",
    "python": "sconstruct wscript",
}
_BY_NAME = {name: kind for kind, names in _NAMES.items() for name in names.split()} | {
    "poetry.lock": "toml",
    "uv.lock": "toml",
    "pdm.lock": "toml",
    "pixi.lock": "yaml",
    "dvc.lock": "yaml",
    "conda-lock.yml": "yaml",
    "cargo.lock": "toml",
    "package-lock.json": "json",
    "yarn.lock": "text",
    ".condarc": "yaml",
}
_DOCKERFILE = re.compile(r"(?:.+[._-])?(?:dockerfile|containerfile)(?:[._-].+)?")
#: Run logs whose content readers parse although they are not text.
_RUN_LOG = re.compile(r"(?:.*\.)?tfevents(?:\..*)?|events\.out\.tfevents.*|run-[^/]*\.wandb")
#: Archives in which hosted trackers keep a run until it is sent.
_RUN_ARCHIVE = re.compile(r"(?:offline-[0-9a-f]{32}|[0-9a-z]{32})\.zip")
#: Suffixes of SQLite files.
DATABASES = (".db", ".sqlite", ".sqlite3")
_METRIC_FILE = re.compile(
    r"(?:metrics|results|progress|training_log|history)\.(?:csv|tsv|jsonl)", re.IGNORECASE
)
_TEXT_DATA = (".csv", ".tsv", ".jsonl", ".ndjson", ".geojson", ".arff")

_SHEBANGS = (
    (b"python", "python"),
    (b"bash", "shell"),
    (b"zsh", "shell"),
    (b"/sh", "shell"),
    (b"env sh", "shell"),
    (b"Rscript", "r"),
    (b"julia", "julia"),
    (b"node", "javascript"),
    (b"make", "makefile"),
)


def kind_of(path: str) -> str | None:
    """Return the kind that a path's name tells, None where only the content could tell."""
    name = path.rsplit("/", 1)[-1].lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    if is_run_log(path):
        return "data"
    if path.endswith((".dvc/config", ".dvc/config.local")):
        return "ini"
    if _DOCKERFILE.fullmatch(name) and not name.endswith((".py", ".md", ".yml", ".yaml", ".sh")):
        return "dockerfile"
    if name.startswith((".env.", "requirements")) and "." not in name[5:].strip("."):
        return "text"
    stem, dot, suffix = name.rpartition(".")
    if not (dot and stem):
        return None
    return _BY_SUFFIX.get(suffix)


def is_run_log(path: str) -> bool:
    """Tell a binary run log (TensorBoard events, a W&B run) by its name."""
    return _RUN_LOG.fullmatch(path.rsplit("/", 1)[-1]) is not None


def is_metric_file(path: str) -> bool:
    """Tell a log of runs, binary or a table, by its name."""
    return is_run_log(path) or _METRIC_FILE.fullmatch(path.rsplit("/", 1)[-1]) is not None


def is_binary(path: str, kind: str) -> bool:
    """Tell whether a file of this kind is not text."""
    return kind in BINARY_KINDS or (kind == "data" and not path.lower().endswith(_TEXT_DATA))


def sniff(content: bytes) -> str:
    """Return the kind of a file whose name says nothing: by shebang, else text or binary."""
    head = content[:8192]
    if b"\0" in head:
        return "binary"
    if head.startswith(b"#!"):
        line = head.split(b"\n", 1)[0]
        return next((kind for mark, kind in _SHEBANGS if mark in line), "text")
    control = sum(byte < 9 or 13 < byte < 27 for byte in head)
    return "binary" if control * 20 > len(head) else "text"


def size_limit(path: str, kind: str, text_limit: int) -> int:
    """Return how many bytes of such a file may be read; 0: it is never read."""
    if kind == "notebook" or is_run_log(path) or path.lower().endswith(DATABASES):
        return 10 * text_limit
    if kind == "archive" and _RUN_ARCHIVE.fullmatch(path.rsplit("/", 1)[-1]):
        return text_limit
    return 0 if is_binary(path, kind) else text_limit
