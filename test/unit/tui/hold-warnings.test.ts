// A warning of Node must not be written over the screen, and must not be lost.
import { expect, test } from 'vitest';
import { holdWarnings } from '../../../src/tui/hold-warnings.ts';

test('keeps warnings back while the screen is there, and prints them afterwards', async () => {
  const printed: string[] = [];
  const printer = (warning: Error) => void printed.push(warning.message);
  process.on('warning', printer);
  try {
    const print = holdWarnings();
    process.emitWarning('a timer was negative');
    await new Promise((done) => setImmediate(done));
    expect(printed).toEqual([]);
    print();
    expect(printed).toEqual(['a timer was negative']);
    expect(process.listeners('warning')).toContain(printer);
  } finally {
    process.off('warning', printer);
  }
});
