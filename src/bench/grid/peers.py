"""Runs other programs that recover pixel grids over a folder of PNGs, with their defaults; a JSON line for each answer.

usage: python peers.py FOLDER PEER
"""

import contextlib
import importlib.metadata
import io
import json
import logging
import pathlib
import sys
import time

import numpy
from PIL import Image


def perfect_pixel(image):
    from perfect_pixel import get_perfect_pixel

    ground = Image.new("RGBA", image.size, "white")
    width, height, result = get_perfect_pixel(numpy.array(Image.alpha_composite(ground, image).convert("RGB")))
    # It gives the picture itself back, and no size, where it finds no grid.
    return Image.fromarray(result)


def proper_pixel_art(image):
    from proper_pixel_art import pixelate

    result = pixelate(image)
    return getattr(result, "image", result)


def unfake(image):
    import asyncio

    from unfake.pixel import process_image

    logging.disable(logging.CRITICAL)
    return asyncio.run(process_image(image))["image"]


PEERS = {"perfect-pixel": perfect_pixel, "proper-pixel-art": proper_pixel_art, "unfake": unfake}


def same_pixels(first, second):
    if first.size != second.size:
        return False
    one, other = numpy.array(first.convert("RGBA")), numpy.array(second.convert("RGBA"))
    if second.mode == "RGB":
        ground = Image.new("RGBA", first.size, "white")
        one = numpy.array(Image.alpha_composite(ground, first.convert("RGBA")))
    visible = (one[..., 3] > 0) | (other[..., 3] > 0)
    return bool((one == other)[visible].all())


def main(folder, name):
    # What a peer prints is not for us.
    out = sys.stdout
    print(json.dumps({"version": importlib.metadata.version(name)}), file=out, flush=True)
    for path in sorted(pathlib.Path(folder).glob("*.png")):
        image = Image.open(path).convert("RGBA")
        answer = {"file": path.name}
        started = time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                result = PEERS[name](image)
            answer["width"], answer["height"] = result.size
            answer["same"] = same_pixels(image, result)
        except Exception as error:  # A peer that fails has not found the grid.
            answer["error"] = str(error)[:200]
        answer["seconds"] = time.perf_counter() - started
        print(json.dumps(answer), file=out, flush=True)


main(sys.argv[1], sys.argv[2])
