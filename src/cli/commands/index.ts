/** The commands in the order in which `logscope --help` lists them. */
import type { CliCommand } from '../command.ts';
import analyze from './analyze.ts';

export const commands: readonly CliCommand[] = [analyze];
