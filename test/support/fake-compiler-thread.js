// Stands for the thread that compiles schemas: tool "hang" never returns, "die" ends the thread, others are objects without properties.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ tools }) => {
  const [{ name }] = tools;
  parentPort.postMessage({ type: 'compile.reached', where: `tool ${name}: #/properties/code` });
  if (name === 'die') process.exit(3);
  while (name === 'hang');
  if (name === 'broken')
    parentPort.postMessage({ type: 'compile.failed', code: 'schema-unsupported', message: 'broken: no' });
  else
    parentPort.postMessage({
      type: 'compile.done',
      tools: tools.map((tool) => ({ name: tool.name, root: { kind: 'object', properties: [] } })),
    });
});
