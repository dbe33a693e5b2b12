/** The contract of a command: ONE FILE under src/cli/commands/. Metadata is cheap to load; `run` imports what it needs late. */
import type { Command } from 'commander';

export interface CliCommand {
  readonly name: string;
  /** One line for `logscope --help`. */
  readonly summary: string;
  /** Shown under "Examples:" of the command's own help, without "$ ". */
  readonly examples: readonly string[];
  /** Declares arguments, options, and an action that returns the exit code. */
  configure(command: Command, run: (main: () => Promise<number>) => void): void;
}

export const defineCommand = (command: CliCommand): CliCommand => command;
