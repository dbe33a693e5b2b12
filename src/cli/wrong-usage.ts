/** Errors of a command line: one sentence that names the option and says what would be right. */
import type { Option } from 'commander';
import { exitCodes, UserError } from '../core/errors.ts';

export const wrongUsage = (sentence: string): UserError => new UserError(sentence, exitCodes.usage);

/** Makes errors about an option's value begin with its name. */
export function nameInErrors(option: Option): void {
  const { parseArg: parse, long } = option;
  if (!parse) return;
  option.parseArg = (value, previous) => {
    try {
      return parse(value, previous);
    } catch (error) {
      throw error instanceof UserError ? new UserError(`${long}: ${error.message}`, error.exitCode) : error;
    }
  };
}

/** Parses a choice of words, such as the names of themes. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw wrongUsage(`"${text}" is not ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
    return found;
  };
}

/** Parses a number within bounds; `what`: "a number of seconds". */
export function numberWithin(low: number, high: number, what: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= low && value <= high)) throw wrongUsage(`"${text}" is not ${what} from ${low} to ${high}`);
    return value;
  };
}

/** Turns the library's usage error into a sentence like ours: what is wrong, and what to do. `command`: "logscope tail". */
export function asSentence(text: string, command: string): string {
  const [what, ...rest] = text.trim().split('\n');
  const meant = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' '))?.[1];
  const help = meant === undefined ? `"${command} --help" says what it takes` : `did you mean ${meant}?`;
  return `logscope: ${what.replace(/^error: /, '').replace(/\.$/, '')}: ${help}\n`;
}
