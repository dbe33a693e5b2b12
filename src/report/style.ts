/** Colours of reports, by meaning; none if the output does not want them. */
import { styleText } from 'node:util';

type Meaning = 'title' | 'ok' | 'info' | 'warning' | 'critical' | 'dim';
type Format = Parameters<typeof styleText>[0];

const formats: Record<Meaning, Format> = {
  title: 'bold',
  ok: 'green',
  info: 'cyan',
  warning: 'yellow',
  critical: ['bold', 'red'],
  dim: 'dim',
};

export type Paint = (meaning: Meaning, text: string) => string;

export const plain: Paint = (_meaning, text) => text;
const coloured: Paint = (meaning, text) => styleText(formats[meaning], text, { validateStream: false });

/** NO_COLOR (any value but empty) wins over FORCE_COLOR, and that over whether the output is a terminal. See no-color.org. */
export function paintFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  if (env.NO_COLOR) return plain;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR === '0' ? plain : coloured;
  return stream.isTTY && env.TERM !== 'dumb' ? coloured : plain;
}
