import { createCallWriter, parseCallFile, type RecordedEvent } from '../../src/trace/format/call-file.ts';
import { type FlowOptions, startFlow } from './flow.ts';

export interface RecordedFlowOptions extends Omit<FlowOptions, 'recording'> {
  /** After each line, before whoever it is about acts on it. */
  readonly wrote?: () => void;
}

/** A call on simulated time whose trace file is kept in memory. */
export function startRecordedFlow(options: RecordedFlowOptions) {
  let text = '';
  const recording = createCallWriter({ agent: 'test', callId: 'call-1' }, (line) => {
    text += line;
    options.wrote?.();
  });
  const flow = startFlow({ ...options, recording });
  const read = (): readonly RecordedEvent[] => {
    const file = parseCallFile(text);
    if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
    return file.events;
  };
  return {
    ...flow,
    read,
    lines: <T extends RecordedEvent['type']>(type: T) =>
      read().filter((event): event is Extract<RecordedEvent, { type: T }> => event.type === type),
  };
}
