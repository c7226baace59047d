"""Files made of figures: what may be asked for, and how a file comes to be."""

from typing import Literal

Language = Literal["fr", "en"]
