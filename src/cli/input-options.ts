/** The options that every command with a log as its input shares. */
import type { Command } from 'commander';

export interface InputOptions {
  readonly timezone?: string;
  readonly logFormat?: string;
}

export const inputOptions = (command: Command): Command =>
  command
    .option('--timezone <zone>', 'zone of stamps that carry none: an IANA name, "UTC" or +hh:mm (default: local)')
    .option(
      '--log-format <format>',
      "a format in the server's own directives, such as 'gunicorn:%(h)s %(t)s \"%(r)s\" %(D)s'",
    );
