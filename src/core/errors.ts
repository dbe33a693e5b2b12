/** Exit codes of the program, a contract with scripts. Those from 64 on have the meaning that sysexits.h and shells give them. */
export const exitCodes = {
  done: 0,
  threshold: 1,
  usage: 2,
  input: 3,
  /** EX_SOFTWARE: a bug in logscope. */
  bug: 70,
  /** EX_IOERR: standard output could not be written. */
  output: 74,
  /** 128 plus the number of the signal. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * An error that the user can fix. The message is one sentence: what was wrong, where, and what to do. Anything else that is thrown is a
 * bug.
 */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.input) {
    super(message);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}
