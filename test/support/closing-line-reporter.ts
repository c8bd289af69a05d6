import type { Reporter, TestModule } from 'vitest/node';

/** Ends every run with one line that a script can add up: `N passed, N failed`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let countPassed = 0;
    let countFailed = unhandledErrors.length;
    let countSkipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) countFailed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') countPassed++;
        else if (state === 'failed') countFailed++;
        else countSkipped++;
      }
    }
    const skipped = countSkipped > 0 ? `, ${countSkipped} skipped` : '';
    process.stdout.write(`\n${countPassed} passed, ${countFailed} failed${skipped}\n`);
  }
}
