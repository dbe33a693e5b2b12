/** The commands in the order in which `logscope --help` lists them. */
import type { CliCommand } from '../command.ts';
import analyze from './analyze.ts';
import check from './check.ts';
import diff from './diff.ts';
import findings from './findings.ts';
import formats from './formats.ts';
import merge from './merge.ts';
import replay from './replay.ts';
import tail from './tail.ts';
import whatif from './whatif.ts';

export const commands: readonly CliCommand[] = [tail, replay, analyze, merge, whatif, formats, findings, check, diff];
