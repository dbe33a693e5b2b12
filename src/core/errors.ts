/** Exit codes of the program, the contract with scripts; those of 64 and more are named as in sysexits.h and by shells. */
export const exitCodes = {
  done: 0,
  threshold: 1,
  usage: 2,
  input: 3,
  /** EX_SOFTWARE: a bug of ours. */
  bug: 70,
  /** EX_IOERR: standard output could not be written. */
  output: 74,
  /** 128 and the number of the signal. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * An error the user can mend: one sentence that says what was wrong, where, and what to do.
 * Anything else that is thrown is a bug.
 */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.input) {
    super(message);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}
