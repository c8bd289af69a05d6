/**
 * Renders each message of each list of tools once: most of a dialogue is as it was at the last partial. Both are known
 * again by their identity.
 */
export function remembered<Message extends object, Tools extends object>(
  render: (message: Message, tools: Tools) => readonly number[],
): (message: Message, tools: Tools) => readonly number[] {
  const rendered = new WeakMap<Tools, WeakMap<Message, readonly number[]>>();
  return (message, tools) => {
    const ofTools = rendered.get(tools) ?? new WeakMap<Message, readonly number[]>();
    rendered.set(tools, ofTools);
    const ids = ofTools.get(message) ?? render(message, tools);
    ofTools.set(message, ids);
    return ids;
  };
}
