"""An SDK that is newer than cosell's model, and one that is older than the service."""

import gzip
import json
import shutil
from pathlib import Path

import botocore

SERVICE = "partnercentral-selling"


def newer_model(folder: Path, operation: str) -> None:
    """Into a folder for AWS_DATA_PATH: botocore's model, with one more operation."""
    [theirs] = (Path(botocore.__path__[0]) / "data" / SERVICE).iterdir()
    ours = folder / SERVICE / theirs.name
    shutil.copytree(theirs, ours)
    [file] = ours.glob("service-2.json*")
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as read:
        model = json.load(read)
    file.unlink()
    like = model["operations"]["ListOpportunities"]
    model["operations"][operation] = {**like, "name": operation}
    (ours / "service-2.json").write_text(json.dumps(model))


def older_botocore(folder: Path) -> None:
    """Into a folder to import from: the present botocore, without its model of the service."""
    source, older = Path(botocore.__file__).parent, folder / "botocore"
    (older / "data").mkdir(parents=True)
    for home, into in ((source, older), (source / "data", older / "data")):
        for entry in home.iterdir():
            if entry.name not in ("data", SERVICE, "__pycache__"):
                (into / entry.name).symlink_to(entry)
