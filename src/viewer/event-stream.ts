// Text of an event stream in, its events out. EventSource can't send a key, so this reads what fetch brings. Pure.

export interface StreamEvent {
  readonly id: string;
  readonly data: string;
}

/** Takes the text in pieces of any length; WHATWG HTML, "Interpreting an event stream", without names of events. */
export function createEventReader(dispatch: (event: StreamEvent) => void): (text: string) => void {
  let rest = '';
  let id = '';
  let data: string[] = [];
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) dispatch({ id, data: data.join('\n') });
        data = [];
      } else if (line.startsWith('data: ')) data.push(line.slice('data: '.length));
      else if (line.startsWith('id: ')) id = line.slice('id: '.length);
    }
  };
}
