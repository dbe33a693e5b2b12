/** Exit codes of the program, the contract with scripts. */
export const exitCodes = { done: 0, threshold: 1, usage: 2, input: 3, interrupted: 130 } as const;

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
