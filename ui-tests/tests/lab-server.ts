import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CONFIG = join(__dirname, '..', 'jupyter_server_test_config.py');
const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 15_000;

/** The same for every server, so that one header opens all of them. */
export const TOKEN = 'ui-tests';

/**
 * A JupyterLab of its own: own port, own files, own state, nothing of the user's.
 *
 * The files, the state and the port outlive the process, so that a test can stop or kill it and
 * start it again. Whoever makes a server disposes of it.
 */
export class LabServer {
  static async create(args: readonly string[] = []): Promise<LabServer> {
    const home = await mkdtemp(join(tmpdir(), 'jupyter-collab-ui-'));
    const server = new LabServer(home, await freePort(), args);
    await Promise.all(
      ['root', 'cwd', 'workspaces'].map(name => mkdir(join(home, name), { recursive: true }))
    );
    return server;
  }

  private constructor(
    readonly home: string,
    readonly port: number,
    private readonly _args: readonly string[]
  ) {}

  /** Without a slash at its end. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** The directory that the server shows. */
  get root(): string {
    return join(this.home, 'root');
  }

  /** The process's working directory, where the histories are stored. */
  get cwd(): string {
    return join(this.home, 'cwd');
  }

  /** What all processes of this server have printed. */
  get log(): string {
    return this._log.join('');
  }

  get running(): boolean {
    return this._process !== null;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this._process?.pid;
  }

  /** Resolves once the server answers. */
  async start(): Promise<void> {
    const child = spawn('jupyter-lab', ['--config', CONFIG, '--no-browser', ...this._args], {
      cwd: this.cwd,
      env: { ...process.env, ...this._environment() },
      stdio: ['ignore', 'pipe', 'pipe']
    });
    this._process = child;
    const keep = (chunk: Buffer): void => {
      this._log.push(chunk.toString());
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', error => this._log.push(`${error.message}\n`));
    child.on('exit', () => {
      if (this._process === child) {
        this._process = null;
      }
    });
    await this._answer(child);
  }

  /** Ends the server as an administrator does: it may save and tidy up. */
  async stop(): Promise<void> {
    await this._end('SIGTERM');
  }

  /** Ends the server as a power cut does. */
  async kill(): Promise<void> {
    await this._end('SIGKILL');
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Deletes the histories of all documents, and what SQLite keeps beside them. */
  async loseStore(): Promise<void> {
    const names = await readdir(this.cwd);
    const store = names.filter(name => name.startsWith('.jupyter_ystore.db'));
    if (store.length === 0) {
      throw new Error(`There is no store in ${this.cwd}`);
    }
    await Promise.all(store.map(async name => rm(join(this.cwd, name))));
  }

  /** Writes a file below the root, as another program would. */
  async write(path: string, content: string): Promise<void> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** Reads a file below the root, as it is on the disk. */
  async read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  private _environment(): Record<string, string> {
    return {
      JUPYTER_CONFIG_DIR: join(this.home, 'config'),
      JUPYTER_DATA_DIR: join(this.home, 'data'),
      JUPYTER_RUNTIME_DIR: join(this.home, 'runtime'),
      IPYTHONDIR: join(this.home, 'ipython'),
      JUPYTERLAB_GALATA_ROOT_DIR: this.root,
      UI_TESTS_PORT: String(this.port),
      UI_TESTS_TOKEN: TOKEN,
      UI_TESTS_WORKSPACES: join(this.home, 'workspaces')
    };
  }

  private async _answer(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT;
    while (Date.now() < deadline && this._process === child) {
      try {
        const response = await fetch(`${this.url}/api/status?token=${TOKEN}`);
        if (response.ok) {
          return;
        }
      } catch {
        // It does not listen yet.
      }
      await sleep(100);
    }
    await this.kill();
    throw new Error(`The server did not start:\n${this.log}`);
  }

  private async _end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this._process;
    if (child === null) {
      return;
    }
    const exited = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => {
      this._log.push(`The server did not end within ${STOP_TIMEOUT} ms and was killed.\n`);
      child.kill('SIGKILL');
    }, STOP_TIMEOUT);
    await exited;
    clearTimeout(late);
  }

  private _process: ChildProcess | null = null;
  private readonly _log: string[] = [];
}

/**
 * A port that nobody uses. It stays free while its server is not there: none of these is given by
 * the system to whoever asks for any port, such as kernels and browsers.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) {
      return port;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    const listening = once(probe, 'listening');
    probe.listen(port, '127.0.0.1');
    await listening;
  } catch {
    return false;
  }
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return true;
}
