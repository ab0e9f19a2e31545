"""Pictures for a program that fetches them at once: decoded sooner, and written as PNGs that are not compressed.

PreviewImage compresses and tries every filter on every row, with one thread, while the GPU waits: a tenth of a second for a
picture of 1024 px, or three on a slow core. Stored as it is, one takes some milliseconds here and is decoded sooner there.
"""

import os
import struct
import uuid
import zlib

import folder_paths
import nodes
import torch

from .quick_functions import quick_functions

# PNG's colour types by the number of channels.
COLOR_TYPES = {1: 0, 3: 2, 4: 6}
# Bytes of a block that is stored and not compressed, at most.
BLOCK = 2**16 - 1


class Decode(nodes.VAEDecode):
    """In place of VAEDecode: the same pixels but for roundings."""

    CATEGORY = "dgx-pixels"
    DESCRIPTION = "Decodes latents sooner."

    def decode(self, vae, samples):
        # What helps this kind of GPU is slow elsewhere, or not to be had.
        if torch.device(vae.device).type != "cuda":
            return super().decode(vae, samples)
        with quick_functions():
            return super().decode(vae, samples)


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
            pixels = (image * 255.0).clamp(0, 255).to(torch.uint8)
            path = os.path.abspath(os.path.join(folder, name))
            with open(path, "wb") as file:
                file.write(stored_png(pixels))
            # A program on the same machine reads it there.
            written.append({"filename": name, "subfolder": "", "type": "temp", "path": path})
        return {"ui": {"images": written}}


def stored_png(pixels):
    """Bytes of rows, columns and channels as a PNG (its specification, and RFC 1950 and 1951)."""
    height, width, channels = pixels.shape
    # Each row begins with its filter: none.
    rows = torch.nn.functional.pad(pixels.reshape(height, -1), (1, 0)).cpu().numpy()
    header = struct.pack(">IIBBBBB", width, height, 8, COLOR_TYPES[channels], 0, 0, 0)
    chunks = (chunk(b"IHDR", [header]), chunk(b"IDAT", stored_stream(memoryview(rows).cast("B"))), chunk(b"IEND", []))
    return b"".join((b"\x89PNG\r\n\x1a\n", *(part for parts in chunks for part in parts)))


def stored_stream(content):
    """As zlib.compress(content, 0), which takes three times as long."""
    parts = [b"\x78\x01"]
    for start in range(0, len(content), BLOCK):
        block = content[start : start + BLOCK]
        is_last = start + BLOCK >= len(content)
        parts += [struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block]
    return [*parts, struct.pack(">I", zlib.adler32(content))]


def chunk(kind, parts):
    checksum = zlib.crc32(kind)
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return [struct.pack(">I", sum(map(len, parts))), kind, *parts, struct.pack(">I", checksum)]
