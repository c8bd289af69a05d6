// Takes a graph as plain nodes and tensors, gives the bytes of an ONNX file. Never knows what the graph computes.
import protobuf from 'protobufjs';

// The part of the ONNX schema (IR version 10) that a graph with external data needs.
const SCHEMA = `
syntax = "proto3";
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; string domain = 7; }
message AttributeProto { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; repeated StringStringEntryProto external_data = 13; int32 data_location = 14; }
message StringStringEntryProto { string key = 1; string value = 2; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } Tensor tensor_type = 1; }
message TensorShapeProto { message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } } repeated Dimension dim = 1; }
`;

/** Numbers of the types in the format. */
export const onnxTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
const elementSizeBytes = { float32: 4, uint8: 1, int8: 1, int32: 4, int64: 8, float16: 2 } as const;
const IR_VERSION = 10;

export type ElementType = keyof typeof onnxTypes;

/** A number is written as an integer; say `{ float }` for a floating-point attribute. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  /** An operator set other than ONNX's own. */
  readonly domain?: string;
  /** '' leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Bytes in the file itself, or a place in a file beside it. */
  readonly content: Uint8Array | { readonly file: string; readonly offsetBytes: number };
}

/** A graph's input or output; a dimension that is a name is free. */
export interface OnnxPort {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** The ONNX file of `graph`; `opsets` names each operator set's version. The same graph gives the same bytes. */
export function toOnnxFile(graph: OnnxGraph, opsets: Readonly<Record<string, number>>): Uint8Array {
  const type = protobuf.parse(SCHEMA).root.lookupType('ModelProto');
  const message = type.fromObject({
    irVersion: IR_VERSION,
    producerName: 'repartee',
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({ domain, version })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(toNodeProto),
      initializer: graph.tensors.map(toTensorProto),
      input: graph.inputs.map(toPortProto),
      output: graph.outputs.map(toPortProto),
    },
  });
  return type.encode(message).finish();
}

export function toSizeBytes(type: ElementType, shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, elementSizeBytes[type]);
}

function toNodeProto(node: OnnxNode, index: number) {
  return {
    name: `${index}.${node.op}`,
    opType: node.op,
    domain: node.domain ?? '',
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => ({ name, ...toAttributeProto(value) })),
  };
}

function toAttributeProto(value: Attribute) {
  if (typeof value === 'number') return { i: value, type: 2 };
  if (typeof value === 'string') return { s: Buffer.from(value), type: 3 };
  if ('float' in value) return { f: value.float, type: 1 };
  return { ints: value, type: 7 };
}

function toTensorProto(tensor: OnnxTensor) {
  const head = { name: tensor.name, dataType: onnxTypes[tensor.type], dims: tensor.shape };
  if (tensor.content instanceof Uint8Array) return { ...head, rawData: tensor.content };
  const place = {
    location: tensor.content.file,
    offset: String(tensor.content.offsetBytes),
    length: String(toSizeBytes(tensor.type, tensor.shape)),
  };
  return {
    ...head,
    dataLocation: 1,
    externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
  };
}

function toPortProto(port: OnnxPort) {
  const dim = port.shape.map((length) => (typeof length === 'number' ? { dimValue: length } : { dimParam: length }));
  return { name: port.name, type: { tensorType: { elemType: onnxTypes[port.type], shape: { dim } } } };
}
