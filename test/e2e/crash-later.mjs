// Loaded into the program by a test: throws a moment after the screen is up, as a bug would.
const write = process.stdout.write;
process.stdout.write = function (...given) {
  if (String(given[0]).includes('\x1b[?1049h')) {
    setTimeout(() => {
      throw new Error('thrown by the test');
    }, 300);
  }
  return write.apply(this, given);
};
