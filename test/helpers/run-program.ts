/** The built program without a terminal: run to its end, or followed while it writes its stream of JSON. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { program } from './terminal.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
  /** Run as this user, as root may read every file. */
  readonly uid?: number;
  /** A shell command that runs the program; "$@" is the program with its arguments. */
  readonly shell?: string;
}

const command = (args: readonly string[], shell: string | undefined): [string, string[]] =>
  shell === undefined
    ? [process.execPath, [program, ...args]]
    : ['sh', ['-c', shell, 'sh', process.execPath, program, ...args]];

const environment = { ...process.env, NODE_ENV: '' };

export function run(args: readonly string[], { input, cwd, uid, shell }: RunOptions = {}): Promise<Ended> {
  return new Promise((done) => {
    const [file, all] = command(args, shell);
    const child = execFile(
      file,
      all,
      {
        env: environment,
        maxBuffer: 1 << 28,
        encoding: 'utf8',
        timeout: 300_000,
        ...(cwd ? { cwd } : {}),
        ...(uid ? { uid } : {}),
      },
      (error, stdout, stderr) =>
        done({ code: error ? ((error.code as unknown as number) ?? null) : 0, stdout, stderr }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

interface Told {
  readonly type: string;
  readonly requests?: number;
  readonly at: string;
  readonly [key: string]: unknown;
}

/** `tail --json` while it runs. */
export class Tail {
  readonly objects: Told[] = [];
  stderr = '';
  readonly process: ChildProcess;
  #isEnded = false;

  constructor(args: readonly string[], { cwd, uid, shell }: RunOptions = {}) {
    const [file, all] = command(['tail', '--json', ...args], shell);
    this.process = spawn(file, all, { env: environment, ...(cwd ? { cwd } : {}), ...(uid ? { uid } : {}) });
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.objects.push(JSON.parse(line)));
    this.process.stderr!.on('data', (text) => {
      this.stderr += text;
    });
    this.process.once('close', () => {
      this.#isEnded = true;
    });
  }

  get requests(): number {
    return this.objects.reduce((sum, object) => sum + (object.type === 'tick' ? (object.requests ?? 0) : 0), 0);
  }

  async until(test: () => boolean, what: string): Promise<void> {
    const end = performance.now() + 15_000;
    while (!test()) {
      if (performance.now() > end) throw new Error(`never: ${what}; ${this.requests} requests; said: ${this.stderr}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Ends it like Ctrl-C, and waits until everything that it wrote was read. */
  async stop(): Promise<void> {
    if (!this.#isEnded) this.process.kill('SIGINT');
    while (!this.#isEnded) await new Promise((done) => setTimeout(done, 10));
  }
}

/** Whether programs can be given limits of their own, in a user namespace. */
export function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_inotify_watches'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
