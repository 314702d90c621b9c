"""What a phone's camera sees, for Chromium's fake one: a film of one picture."""

from __future__ import annotations

from pathlib import Path

import segno
from PIL import Image

SIZE = (640, 480)
SIDE = 300  # of the square in the picture


def film(path: Path, text: str | None = None) -> Path:
    """Of a square code that says `text`, a little turned, on a grey table; of the bare table without one."""
    table = Image.new("L", SIZE, 150)
    if text is not None:
        rows = [
            bytearray(0 if dark else 255 for dark in row)
            for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)
        ]
        code = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).resize(
            (SIDE, SIDE), Image.Resampling.NEAREST
        )
        turned = code.rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor=150)
        table.paste(turned, ((SIZE[0] - turned.width) // 2, (SIZE[1] - turned.height) // 2))
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 4)
    frame = b"FRAME\n" + table.tobytes() + grey + grey
    path.write_bytes(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)
    return path


def seeing(film: Path) -> list[str]:
    """Arguments of a Chromium whose camera shows the film."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
