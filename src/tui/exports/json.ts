/** The summary of the requests on the screen. */
import { defineExporter } from '../exporter.ts';

export default defineExporter({
  ending: 'json',
  holds: 'numbers',
  async write(from) {
    const { summary, isOfWindow } = await from.summary();
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    if (isOfWindow) return { text };
    return { text, remark: ' (of all that was read: the requests of this picture are not all held)' };
  },
});
