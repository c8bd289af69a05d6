// Writes the small random checkpoints that logits.py reads: `tsx training/reference/write-checkpoints.ts FOLDER`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedCheckpoints, writePublishedCheckpoint } from '../../test/support/published-checkpoints.ts';
import { referenceInputs } from '../../test/support/reference-inputs.ts';

const [folder = '.'] = process.argv.slice(2);
for (const checkpoint of publishedCheckpoints)
  await writePublishedCheckpoint(join(folder, checkpoint.name), checkpoint);
await writeFile(join(folder, 'inputs.json'), JSON.stringify(referenceInputs()));
