"""Weights as files: int8 safetensors in, int8 safetensors out. Knows the names, not the model."""
import json, os, struct
import numpy as np

DTYPES = {'F32': np.float32, 'I8': np.int8}


def read_safetensors(path):
    """Name -> array; int8 rows are multiplied by their scales ("NAME.int8" and "NAME.scale" become "NAME")."""
    try:
        with open(path, 'rb') as file:
            (size,) = struct.unpack('<Q', file.read(8))
            header = json.loads(file.read(size))
            body = file.read()
    except (OSError, struct.error, ValueError) as error:
        raise SystemExit(f'{path}: not a readable safetensors file ({error})')
    header.pop('__metadata__', None)
    raw = {}
    for name, entry in header.items():
        start, end = entry['data_offsets']
        if end > len(body):
            raise SystemExit(f'{path}: {name} ends at byte {end}, the file has {len(body)}: download or copy it again')
        raw[name] = np.frombuffer(body[start:end], DTYPES[entry['dtype']]).reshape(entry['shape'])
    weights = {}
    for name, array in raw.items():
        if name.endswith('.int8'):
            stem = name[:-len('.int8')]
            weights[stem] = array.astype(np.float32) * raw[stem + '.scale'][:, None]
        elif not name.endswith('.scale'):
            weights[name] = array.copy()
    return weights


def write_safetensors(path, weights, metadata):
    """Matrices as int8 rows with float scales, vectors as float; order and layout are fixed by the names alone."""
    tensors = {}
    for name, array in weights.items():
        if array.ndim == 2:
            scale = np.maximum(np.abs(array).max(1), 1e-12).astype(np.float32) / 127
            tensors[name + '.int8'] = np.clip(np.rint(array / scale[:, None]), -127, 127).astype(np.int8)
            tensors[name + '.scale'] = scale
        else:
            tensors[name] = array.astype(np.float32)
    names = sorted(tensors, key=lambda name: (tensors[name].dtype == np.int8, name))
    header, at = {'__metadata__': metadata}, 0
    for name in names:
        size = tensors[name].nbytes
        kind = 'I8' if tensors[name].dtype == np.int8 else 'F32'
        header[name] = {'dtype': kind, 'shape': list(tensors[name].shape), 'data_offsets': [at, at + size]}
        at += size
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    temporary = path + '.tmp'
    with open(temporary, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for name in names:
            file.write(np.ascontiguousarray(tensors[name]).tobytes())
    os.replace(temporary, path)
