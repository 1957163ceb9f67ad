"""Which strings of code name a path, a URI or a data file, and masking of credentials in them."""

import re

from mlops_audit.text import mask, mask_secrets

_SUFFIXES = (
    "csv|tsv|parquet|feather|arrow|orc|avro|json|jsonl|ndjson|xlsx|xls|pkl|pickle|joblib|dill|h5"
    "|hdf5|pt|pth|ckpt|onnx|safetensors|bin|npz|npy|yaml|yml|toml|ini|cfg|conf|db|sqlite|sqlite3"
    "|duckdb|txt|zip|gz|bz2|xz|tar|tgz|7z|pb|tflite|mlmodel|keras|sav|model|bst|cbm|ubj|gguf|zarr"
    "|nc|dta|sas7bdat|rds|rdata|mat|arff|libsvm|svm|tfrecord|tfrecords|lmdb|wav|mp3|mp4|jpg|jpeg"
    "|png|tif|tiff|dcm|nii|geojson|shp|las|sql|dvc|env|log|html|xml|md|pdf|pmml|ipynb|py|sh|r"
)
_STORAGE = re.compile(
    r"(?:(?:s3[an]?|gc?s|abfss?|wasbs?|adls?|az|azureml|hdfs|oss|cos|r2|minio|hf|lakefs|dvc|delta"
    r"|mlflow-artifacts|bq|bigquery|snowflake|kaggle)://|(?:dbfs|models|runs):/|azureml:[\w-])",
    re.IGNORECASE,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,30}://[^\s]", re.IGNORECASE)
_WINDOWS = re.compile(r"(?:[A-Za-z]:[\\/](?![\\/])[^\n]|\\\\[\w.$-]+\\[\w.$-])")
_HOME = re.compile(r"(?:~[\w.-]*[\\/]|\$\{?HOME\}?[\\/]|%USERPROFILE%)")
_ROOTS = re.compile(
    r"/(?:home|users|mnt|media|data\d*|opt|usr|var|tmp|etc|srv|root|content|kaggle|workspace|dbfs"
    r"|volumes?|filestore|scratch|proj(?:ects?)?|work|nfs|datasets?|lustre|gpfs|storage|databricks"
    r"|private|app|code|notebooks|repos|s3|disk\d*|ssd|hdd|raid|shared?|export|local|lscratch)"
    r"/[\w.$~{-]",
    re.IGNORECASE,
)
_ABSOLUTE_FILE = re.compile(rf"/(?:[^/\n<>|?*]+/)+[^/\n<>|?*]*\.(?:{_SUFFIXES})$", re.I)
_RELATIVE_FILE = re.compile(rf"[\w{{$.~@-][^\n<>|\"':;,!]*\.(?:{_SUFFIXES})$", re.IGNORECASE)
_RELATIVE_FOLDER = re.compile(
    r"(?:\.{1,2}[\\/][\w.{-]|(?:data|datasets?|models?|artifacts?|outputs?|inputs?|checkpoints?"
    r"|configs?|conf|results?|logs?|runs|reports?|raw|processed|interim)[\\/][\w.{-])[^\n<>|\"']*$"
)
_SECRET_NAME = re.compile(
    r"passw|pwd|secret|token|api_?key|access_?key|account_?key|private_?key|credential|conn(ection)?"
    r"_?str|sas_?url|auth(?:orization)?$",
    re.IGNORECASE,
)
#: Prose, paths and names of variables are not credentials.
_NO_SECRET = re.compile(r"[\s/\\]|^[A-Za-z_]+$|^\{")
_SECRET_VALUE = re.compile(
    r"AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|gh[pousr]_[A-Za-z0-9]{20}|github_pat_|glpat-|sk-[A-Za-z0-9]"
    r"|xox[abprs]-|hf_[A-Za-z0-9]{20}|AIza[0-9A-Za-z_-]{20}|AccountKey=|SharedAccessKey|eyJ[\w-]{20}"
    r"|-----BEGIN|dapi[0-9a-f]{20}|[?&]sig=|SG\.[\w-]{16}"
)


def classify(text: str) -> str | None:
    """Return the kind of `string_literal` a text is, or None."""
    if len(text) < 3 or len(text) > 2000 or "\n" in text:
        return None
    if "/" not in text and "\\" not in text and "." not in text and ":" not in text:
        return None
    head = text[:1]
    if head == "/":
        if "<" in text or text[:2] == "//":
            return None
        absolute = _ROOTS.match(text) or (len(text) <= 300 and _ABSOLUTE_FILE.match(text))
        return "absolute-path" if absolute else None
    if ":" in text:
        if _STORAGE.match(text):
            return "storage-uri" if " " not in text else None
        if _URL.match(text):
            return "url" if " " not in text else None
    if _WINDOWS.match(text):
        return "absolute-path"
    if _HOME.match(text):
        return "home-path"
    if len(text) > 300:
        return None
    if _RELATIVE_FILE.match(text) and text.count(" ") < 4 and "://" not in text:
        return "relative-path"
    if _RELATIVE_FOLDER.match(text) and " " not in text:
        return "relative-path"
    return None


def masked(text: str, name: str = "") -> str:
    """Return the text, cut to a few characters where it is bound to a name of a credential."""
    if len(text) < 6:
        return text
    if name and _SECRET_NAME.search(name) and not _NO_SECRET.search(text):
        return mask(text)
    if _SECRET_VALUE.search(text) or ("://" in text and "@" in text):
        return mask_secrets(text)
    return text
