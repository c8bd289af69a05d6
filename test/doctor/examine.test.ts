import { describe, expect, it } from 'vitest';
import { renderFinding, runDoctor } from '../../src/cli/doctor.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { checkMemory, checkProcessor } from '../../src/doctor/machine.ts';
import { checkModel } from '../../src/doctor/model.ts';
import { checkCard, checkCuda, checkOnnxRuntime } from '../../src/doctor/runtime.ts';

const asked = { modelDir: '/nowhere', device: 'auto' } as const;

describe('examine', () => {
  it('runs its checks in order, each with a name of its own', async () => {
    const findings = await examine(asked, [checkProcessor, checkMemory, checkOnnxRuntime, checkCard, checkCuda]);
    expect(findings.map(({ name }) => name)).toEqual(['processor', 'memory', 'ONNX Runtime', 'card', 'CUDA']);
    expect(findings.find(({ name }) => name === 'ONNX Runtime')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it('gives the line that mends it with everything that is not there', async () => {
    const findings = await examine(asked, [checkProcessor, checkMemory, checkCard, checkCuda]);
    for (const { status, mend, found } of findings)
      if (status !== 'ok') expect(mend, found).toMatch(/install|use |end |: /);
  });

  it('fails what is asked for by its name and not there, and only notes it else', async () => {
    expect(await checkCuda({ ...asked, device: 'cuda' })).toMatchObject({ status: 'failed' });
    expect(await checkCuda(asked)).toMatchObject({ status: 'note', mend: expect.stringContaining('cuda12') });
  });

  it('tells of a model folder that is not there what restores it', async () => {
    expect(await checkModel(asked)).toMatchObject({ status: 'failed', found: expect.stringContaining('/nowhere') });
  });
});

describe('repartee doctor', () => {
  it('writes a finding as a line, and what mends it as another', () => {
    const finding: Finding = { name: 'card', status: 'note', found: 'none', mend: 'install the driver' };
    expect(renderFinding(finding)).toBe('note    card          none\n                      → install the driver\n');
    expect(renderFinding({ name: 'memory', status: 'ok', found: 'much' })).toBe('ok      memory        much\n');
  });

  it('refuses a device that it does not know', async () => {
    await expect(runDoctor(['--device', 'tpu'])).rejects.toThrow('--device is "tpu", expected auto, cpu, webgpu, cuda');
  });
});
