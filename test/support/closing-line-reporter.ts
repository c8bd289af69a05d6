import type { Reporter, TestModule } from 'vitest/node';

/** Ends every run with the names of what failed or passed only when tried again, and one line that a script can add up: `N passed, N failed`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let countPassed = 0;
    let countFailed = unhandledErrors.length;
    let countSkipped = 0;
    const names: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) countFailed++;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        const why = errors?.[0]?.message.split('\n')[0] ?? '';
        const name = `${module.relativeModuleId} > ${test.fullName}: ${why}`;
        if (state === 'failed') names.push(`failed: ${name}`);
        else if (test.diagnostic()?.flaky) names.push(`passed when tried again: ${name}`);
        if (state === 'passed') countPassed++;
        else if (state === 'failed') countFailed++;
        else countSkipped++;
      }
    }
    const skipped = countSkipped > 0 ? `, ${countSkipped} skipped` : '';
    process.stdout.write(
      `\n${names.map((name) => `${name}\n`).join('')}${countPassed} passed, ${countFailed} failed${skipped}\n`,
    );
  }
}
