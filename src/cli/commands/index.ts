/** The commands in the order in which `logscope --help` lists them. */
import type { CliCommand } from '../command.ts';
import analyze from './analyze.ts';
import merge from './merge.ts';
import whatif from './whatif.ts';

export const commands: readonly CliCommand[] = [analyze, merge, whatif];
