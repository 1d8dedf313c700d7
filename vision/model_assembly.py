"""How is a pose model put together from the weights inside a MediaPipe wheel, and what of it is never needed?

The wheel of MediaPipe 0.10.21 carries the detector and the landmark model of ``full``, the same weights as in the
official bundle, but the landmark model without the description that later versions ask for. Here that description is
added and both are packed as a ``.task`` bundle.

Every bundle also draws the person's silhouette at each picture, which nobody here looks at and which takes more than a
third of the time. ``without_silhouette`` leaves that out, in memory; the file stays the known one. Only MediaPipe's own
metadata classes are used; no model is run.
"""

import io
import math
import struct
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as tflite

DETECTOR: Final = "pose_detector.tflite"
LANDMARKS: Final = "pose_landmarks_detector.tflite"
MEMBERS: Final = (DETECTOR, LANDMARKS)

# The landmark model's outputs in their order, with their shapes. The names are for people: MediaPipe tells the outputs
# apart by their order.
_OUTPUTS: Final = (
    "landmarks",  # (1, 195): 39 points of x, y, z, visibility, presence; the last six are for tracking
    "pose_presence",  # (1, 1)
    "segmentation_mask",  # (1, 256, 256, 1)
    "heatmap",  # (1, 64, 64, 39)
    "world_landmarks",  # (1, 117): 39 points of x, y, z in metres
)
# File identifiers: a flatbuffer of each schema begins with its own.
_SILHOUETTE: Final = _OUTPUTS.index("segmentation_mask")
_SILHOUETTE_SHAPE: Final = (1, 256, 256, 1)
_TFLITE_ID: Final = b"TFL3"
_METADATA_ID: Final = b"M001"

# The landmark model must be mapped into memory at a multiple of this.
_ALIGNMENT: Final = 4
_LOCAL_HEADER: Final = 30
# A zip's oldest date, so that the same weights always give the same bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
# An extra field of this kind is what Android's zipalign pads with; readers skip it.
_PADDING_KIND: Final = 0xD935


def assemble(detector: bytes, landmarks: bytes) -> bytes:
    """Make a ``.task`` bundle.

    Args:
        detector: The detector as a TFLite model, which has its description already.
        landmarks: The landmark model as a TFLite model without one.

    Returns:
        The bundle; the same bytes for the same input.
    """
    return _bundle({DETECTOR: detector, LANDMARKS: _described(landmarks)})


def _described(landmarks: bytes) -> bytes:
    """Add the description: what the input picture is, and what comes out."""
    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAs(landmarks, 0))
    buffer = tflite.BufferT()
    buffer.data = list(_description())
    model.buffers.append(buffer)
    entry = tflite.MetadataT()
    entry.name = b"TFLITE_METADATA"
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    return _packed(model, _TFLITE_ID)


def _description() -> bytes:
    """Describe input and outputs: an RGB picture, its values divided by 255, and five tensors."""
    scale = metadata.NormalizationOptionsT()
    scale.mean, scale.std = [0.0], [255.0]
    step = metadata.ProcessUnitT()
    step.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
    step.options = scale
    colours = metadata.ImagePropertiesT()
    colours.colorSpace = metadata.ColorSpaceType.RGB
    content = metadata.ContentT()
    content.contentPropertiesType = metadata.ContentProperties.ImageProperties
    content.contentProperties = colours
    image = metadata.TensorMetadataT()
    image.name, image.content, image.processUnits = "image", content, [step]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = []
    for name in _OUTPUTS:
        output = metadata.TensorMetadataT()
        output.name = name
        graph.outputTensorMetadata.append(output)
    whole = metadata.ModelMetadataT()
    whole.name = "PoseLandmarks"
    whole.subgraphMetadata = [graph]
    return _packed(whole, _METADATA_ID)


@lru_cache(maxsize=1)
def without_silhouette(bundle: bytes) -> bytes:
    """The same bundle, whose landmark model gives an empty silhouette and does nothing for it.

    The landmarks come out the same to the last bit, since what they are calculated from is left as it is.

    Args:
        bundle: A ``.task`` bundle of any kind.

    Returns:
        A new one; the same where it is built in any way that is not known.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(bundle)) as content:
            if sorted(content.namelist()) != sorted(MEMBERS):
                return bundle
            detector, landmarks = (content.read(name) for name in MEMBERS)
        model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAs(landmarks, 0))
        (graph,) = model.subgraphs
        outputs = [int(number) for number in graph.outputs]
        silhouette = graph.tensors[outputs[_SILHOUETTE]]
        shape = tuple(int(length) for length in silhouette.shape)
    except (zipfile.BadZipFile, ValueError, TypeError, IndexError, AttributeError, OverflowError, struct.error):
        return bundle
    if len(outputs) != len(_OUTPUTS) or shape != _SILHOUETTE_SHAPE or silhouette.type != tflite.TensorType.FLOAT32:
        return bundle
    empty = tflite.BufferT()
    empty.data = np.zeros(4 * math.prod(shape), np.uint8)
    model.buffers.append(empty)
    # The tensor that was calculated is now a constant; MediaPipe still finds five outputs of the known shapes.
    silhouette.buffer = len(model.buffers) - 1
    graph.operators = _needed(graph.operators, {number for number in outputs if number != outputs[_SILHOUETTE]})
    return _bundle({DETECTOR: detector, LANDMARKS: _packed(model, _TFLITE_ID)})


def _needed(operators: Sequence[tflite.OperatorT], results: set[int]) -> list[tflite.OperatorT]:
    """Those of a graph's steps, in their order, from which some tensors follow."""
    wanted, kept = set(results), []
    for operator in reversed(operators):
        if wanted & {int(number) for number in operator.outputs}:
            wanted |= {int(number) for number in operator.inputs}
            kept.append(operator)
    return kept[::-1]


def _packed(root: tflite.ModelT | metadata.ModelMetadataT, identifier: bytes) -> bytes:
    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), identifier)
    return bytes(builder.Output())


def _bundle(members: dict[str, bytes]) -> bytes:
    """Pack uncompressed, the content of each entry aligned: MediaPipe maps it into memory as it lies in the file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # the same on every system
            fixed = 4  # kind and length of the extra field itself
            padding = -(out.tell() + _LOCAL_HEADER + len(name) + fixed) % _ALIGNMENT
            entry.extra = _PADDING_KIND.to_bytes(2, "little") + padding.to_bytes(2, "little") + b"\0" * padding
            bundle.writestr(entry, content)
    return out.getvalue()
