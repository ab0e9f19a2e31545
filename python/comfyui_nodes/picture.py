"""Pictures for a program that fetches them at once: PNGs that are not compressed.

PreviewImage compresses and tries every filter on every row, with one thread, while the GPU waits: a tenth of a second for a
picture of 1024 px, or three on a slow core. Stored as it is, one takes some milliseconds here and is decoded sooner there.
"""

import os
import struct
import uuid
import zlib

import folder_paths
import numpy
import torch

# PNG's colour types by the number of channels.
COLOR_TYPES = {1: 0, 3: 2, 4: 6}


class Picture:
    """In place of PreviewImage: the same pixels."""

    CATEGORY = "dgx-pixels"
    DESCRIPTION = "Writes pictures as uncompressed PNGs into ComfyUI's temporary folder."
    RETURN_TYPES = ()
    FUNCTION = "write"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"images": ("IMAGE",)}}

    def write(self, images):
        folder = folder_paths.get_temp_directory()
        os.makedirs(folder, exist_ok=True)
        written = []
        for image in images:
            name = f"dgx-pixels-{uuid.uuid4().hex}.png"
            pixels = (image * 255.0).clamp(0, 255).to(torch.uint8).cpu().numpy()
            with open(os.path.join(folder, name), "wb") as file:
                file.write(stored_png(pixels))
            written.append({"filename": name, "subfolder": "", "type": "temp"})
        return {"ui": {"images": written}}


def stored_png(pixels):
    """Bytes of rows, columns and channels as a PNG."""
    height, width, channels = pixels.shape
    # Each row begins with its filter: none.
    rows = numpy.zeros((height, 1 + width * channels), numpy.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, COLOR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 0)), chunk(b"IEND", b""))
    )


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
