import { execFile } from 'node:child_process';
import { open, rm, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabServer } from './lab-server';

const run = promisify(execFile);

/** A folder below a server's root in which there may be no room. */
export interface SmallDisk {
  /** What the status says while there is none. */
  readonly words: RegExp;
  fill(): Promise<void>;
  free(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Makes the folder `name` a small disk. Where nobody may mount one, the server's process is kept
 * from writing files instead, its store among them.
 */
export async function smallDisk(lab: LabServer, name: string): Promise<SmallDisk> {
  const folder = join(lab.root, name);
  await mkdir(folder, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  } catch {
    return limited(lab);
  }
  const filler = join(folder, '.filler');
  return {
    words: /Save failed – disk full/,
    fill: async () => fill(filler),
    free: async () => rm(filler),
    dispose: async () => {
      await run('umount', ['--lazy', folder]);
    }
  };
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) {
      await file.write(Buffer.alloc(4096));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
      throw error;
    }
  } finally {
    await file.close();
  }
}

function limited(lab: LabServer): SmallDisk {
  const limit = async (size: string): Promise<void> => {
    await run('prlimit', ['--pid', String(lab.pid), `--fsize=${size}:unlimited`]);
  };
  return {
    words: /Save failed/,
    fill: async () => limit('0'),
    free: async () => limit('unlimited'),
    dispose: async () => Promise.resolve()
  };
}
