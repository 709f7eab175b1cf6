"""`python -m hawker.contracts golden FOLDER` writes the golden schema of every message: what readers of the topics rely on."""

import json
import sys
from pathlib import Path

from hawker.contracts.codec import ALL


def golden() -> dict[str, str]:
    """File name to content, one file a message type."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(mode="serialization"), indent=1, sort_keys=True) + "\n"
        for name, model in ALL.items()
    }


def main(arguments: list[str]) -> int:
    match arguments:
        case ["golden", folder]:
            for name, text in golden().items():
                (Path(folder) / name).write_text(text)
            return 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
