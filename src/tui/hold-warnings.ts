/** Node writes warnings to standard error, which is the terminal: they would overwrite the screen. */

/** Holds warnings back until the returned function is called, which prints them. */
export function holdWarnings(): () => void {
  const printers = process.listeners('warning');
  const held: Error[] = [];
  const hold = (warning: Error) => void held.push(warning);
  process.removeAllListeners('warning');
  process.on('warning', hold);
  return () => {
    process.off('warning', hold);
    for (const printer of printers) process.on('warning', printer);
    for (const warning of held) for (const printer of printers) printer(warning);
  };
}
