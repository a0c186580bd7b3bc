import { readFile } from 'node:fs/promises';

/** What a process has used up to now. */
export interface Usage {
  /** Microseconds on the processor, of all its threads. */
  readonly cpu: number;
  /** Resident bytes. */
  readonly memory: number;
}

/** Linux counts processor time for user space in hundredths of a second, whatever its kernel does (USER_HZ). */
const TICK = 10_000;
/** Of /proc/[pid]/stat, counted from the one behind the command's name: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const UTIME = 11;
const STIME = 12;

/** Undefined where there is no /proc: the benchmark then does without. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return { cpu: (Number(fields[UTIME]) + Number(fields[STIME])) * TICK, memory: Number(kilobytes) * 1024 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
