"""Run by the Python in which RapidOCR is installed: boxes of the lines of a picture, and the CPU seconds they took."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from rapidocr import RapidOCR

engine = RapidOCR()
started = time.process_time()
found = engine(sys.argv[1], use_det=True, use_cls=False, use_rec=False).boxes
boxes = [] if found is None else [[*map(int, np.min(box, axis=0)), *map(int, np.max(box, axis=0))] for box in found]
Path(sys.argv[2]).write_text(json.dumps({"boxes": boxes, "cpu_s": time.process_time() - started}), encoding="utf-8")
