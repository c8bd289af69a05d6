// Takes an ONNX file whose weights lie in files beside it, gives their places by name. Knows no nodes.

import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const SCHEMA = `
syntax = "proto3";
message ModelProto { GraphProto graph = 7; }
message GraphProto { repeated TensorProto initializer = 5; }
message TensorProto { string name = 8; repeated StringStringEntryProto external_data = 13; }
message StringStringEntryProto { string key = 1; string value = 2; }
`;

export interface WeightPlace {
  readonly file: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Constants inside the graph file itself are left out. */
export function readInitializers(path: string): Map<string, WeightPlace> {
  const type = protobuf.parse(SCHEMA).root.lookupType('ModelProto');
  const model: unknown = type.toObject(type.decode(readFileSync(path)), { arrays: true, objects: true });
  const places = new Map<string, WeightPlace>();
  for (const tensor of listAt(fieldAt(model, 'graph'), 'initializer')) {
    const entries = listAt(tensor, 'externalData').map((entry) => [fieldAt(entry, 'key'), fieldAt(entry, 'value')]);
    const place = new Map(entries.map(([key, value]) => [String(key), String(value)]));
    const file = place.get('location');
    if (file === undefined) continue;
    const [offsetBytes, sizeBytes] = [Number(place.get('offset')), Number(place.get('length'))];
    places.set(String(fieldAt(tensor, 'name')), { file, offsetBytes, sizeBytes });
  }
  return places;
}

function fieldAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = fieldAt(value, name);
  return Array.isArray(list) ? list : [];
}
