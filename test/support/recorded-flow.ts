import { createCallWriter, parseCallFile, type RecordedEvent } from '../../src/trace/format/call-file.ts';
import { type FlowOptions, startFlow } from './flow.ts';

/** A call on simulated time whose trace file is kept in memory. */
export function startRecordedFlow(options: Omit<FlowOptions, 'recording'>) {
  let text = '';
  const recording = createCallWriter({ agent: 'test', callId: 'call-1' }, (line) => {
    text += line;
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
