// Takes the graph of one sequence, gives one of several: rows of all lie one after the other, and only attention tells
// them apart, over keys and values of each where they are. Knows no weights.
//
// ids, positions [T0 + T1 + …]; rows [R0 + R1 + …] counted from the first lane's first position; rowCounts [lanes] how
// many of them are each lane's; bias.LANE [1,1,T,S]; pastKey.LAYER.LANE, pastValue.LAYER.LANE → present… of each lane;
// all else as in the graph of one sequence, for the rows of all.
import type { OnnxGraph, OnnxNode, OnnxPort, OnnxTensor } from './onnx-file.ts';

const INT32_TYPE = 6;
const INT64_TYPE = 7;
const lanePort = /^(?:bias$|past|present)/;
/** Of a value [1][row][…]. */
const ROW_AXIS = 1;
const one: OnnxTensor = {
  name: 'lanes.one',
  type: 'int32',
  shape: [1],
  content: new Uint8Array(Int32Array.of(1).buffer),
};

/** Every row comes out with the same bits as in the graph of one sequence. A lane has one position or more. */
export function toLanes(graph: OnnxGraph, countLanes: number): OnnxGraph {
  const lanes = Array.from({ length: countLanes }, (_, lane) => lane);
  const first = graph.nodes.find(({ op }) => op === 'GroupQueryAttention');
  const nodes = graph.nodes.flatMap(ofLanes);
  const outputs = graph.outputs.flatMap(portsOf);
  const used = dropUnused([...measured(), ...nodes], outputs);
  const read = new Set(used.flatMap(({ inputs }) => inputs));
  return {
    name: `${graph.name}, ${countLanes} lanes`,
    nodes: used,
    tensors: [...graph.tensors, one].filter(({ name }) => read.has(name)),
    inputs: [...graph.inputs.flatMap(portsOf), { name: 'rowCounts', type: 'int32', shape: [countLanes] }],
    outputs,
  };

  function ofLanes(node: OnnxNode): readonly OnnxNode[] {
    if (node.op === 'GroupQueryAttention') return attentionOf(node);
    return node.op === 'ReduceSum' ? sumsOf(node) : [node];
  }

  function portsOf(port: OnnxPort): readonly OnnxPort[] {
    if (!lanePort.test(port.name)) return [port];
    // Each lane has its own number of rows, of positions and of slots.
    const shapeOf = (lane: number) => port.shape.map((size) => (typeof size === 'number' ? size : `${size}.${lane}`));
    return lanes.map((lane) => ({ ...port, name: `${port.name}.${lane}`, shape: shapeOf(lane) }));
  }

  /** Rows of each lane, and positions that it sees in all, from its bias. */
  function measured(): readonly OnnxNode[] {
    const ofLane = (lane: number): readonly OnnxNode[] => [
      { op: 'Shape', inputs: [`bias.${lane}`], outputs: [`lanes.rows.${lane}`], attributes: { start: 2, end: 3 } },
      { op: 'Shape', inputs: [`bias.${lane}`], outputs: [`lanes.all64.${lane}`], attributes: { start: 3, end: 4 } },
      { op: 'Cast', inputs: [`lanes.all64.${lane}`], outputs: [`lanes.all.${lane}`], attributes: { to: INT32_TYPE } },
      { op: 'Sub', inputs: [`lanes.all.${lane}`, one.name], outputs: [`lanes.last.${lane}`] },
    ];
    return [
      ...lanes.flatMap(ofLane),
      { op: 'Cast', inputs: ['rowCounts'], outputs: ['lanes.rowCounts'], attributes: { to: INT64_TYPE } },
      { op: 'Concat', inputs: lanesOf('lanes.rows'), outputs: ['lanes.rows'], attributes: { axis: 0 } },
    ];
  }

  /** One node for each lane, of its own rows. */
  function attentionOf(node: OnnxNode): readonly OnnxNode[] {
    const [queries = '', keys = '', values = '', pastKey, pastValue, , , cosines = '', sines = '', places = ''] =
      node.inputs;
    // Keys and values may lie beside the queries.
    const given = [queries, keys, values];
    const [mixed = '', presentKey, presentValue] = node.outputs;
    const ofLane = (lane: number): OnnxNode => ({
      ...node,
      inputs: [
        ...given.map((name) => (name === '' ? '' : `${name}.${lane}`)),
        ...[`${pastKey}.${lane}`, `${pastValue}.${lane}`],
        ...[`lanes.last.${lane}`, `lanes.all.${lane}`, cosines, sines, `${places}.${lane}`, `bias.${lane}`],
      ],
      outputs: [`${mixed}.${lane}`, `${presentKey}.${lane}`, `${presentValue}.${lane}`],
    });
    return [
      // All layers have the same places in the text.
      ...(node === first ? [split(places, 'lanes.rows', ROW_AXIS)] : []),
      ...given.filter((name) => name !== '').map((name) => split(name, 'lanes.rows', ROW_AXIS)),
      ...lanes.map(ofLane),
      { op: 'Concat', inputs: lanesOf(mixed), outputs: [mixed], attributes: { axis: ROW_AXIS } },
    ];
  }

  /** In what order numbers are added depends on where a row lies in memory: here it lies as in a pass of its own. */
  function sumsOf(node: OnnxNode): readonly OnnxNode[] {
    const [all = '', ...axes] = node.inputs;
    const [sums = ''] = node.outputs;
    return [
      split(all, 'lanes.rowCounts', 0),
      ...lanes.map((lane) => ({ ...node, inputs: [`${all}.${lane}`, ...axes], outputs: [`${sums}.${lane}`] })),
      { op: 'Concat', inputs: lanesOf(sums), outputs: [sums], attributes: { axis: 0 } },
    ];
  }

  function split(name: string, counts: string, axis: number): OnnxNode {
    return { op: 'Split', inputs: [name, counts], outputs: lanesOf(name), attributes: { axis } };
  }

  function lanesOf(name: string): readonly string[] {
    return lanes.map((lane) => `${name}.${lane}`);
  }
}

/** Nodes that nothing reads. */
function dropUnused(nodes: readonly OnnxNode[], outputs: readonly OnnxPort[]): readonly OnnxNode[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const kept = nodes.toReversed().filter((node) => {
    const isUsed = node.outputs.some((name) => wanted.has(name));
    if (isUsed) for (const name of node.inputs) wanted.add(name);
    return isUsed;
  });
  return kept.reverse();
}
