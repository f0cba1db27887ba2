/**
 * The runtime must not outlive the process that started it: a workerd left behind by `kill -9` would keep the port and
 * the state folder. A small watcher, in a process group of its own, ends it as soon as our end of a pipe closes.
 */
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const parentPollMs = 250

/** Ends every workerd that this process started when this process dies, however it dies. */
export async function leashRuntime(): Promise<() => void> {
  const pids = await runtimePids()
  if (pids.length === 0) return () => {}
  const watcher = spawn(process.execPath, ['-e', watcherSource, ...pids], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  // Without this the open pipe would keep the process alive after everything else has ended.
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref()
  return () => void watcher.kill('SIGKILL')
}

const watcherSource = `
process.stdin.resume()
process.stdin.once('close', () => {
  for (const pid of process.argv.slice(1)) try { process.kill(Number(pid), 'SIGKILL') } catch {}
  process.exit(0)
})`

async function runtimePids(): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('pgrep', ['-P', String(process.pid), 'workerd'])
    return stdout.split('\n').filter((pid) => pid !== '')
  } catch {
    return [] // No pgrep on this system: `serve` still works, it only cannot promise to clean up after kill -9.
  }
}

/**
 * Started through npm, the process two levels up is npm itself. When it is gone nobody can stop us with Ctrl-C any
 * more, so we go too. Started directly (a service manager, nohup), nothing is watched.
 */
export function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return
  const npm = parentOf(process.ppid)
  if (npm === null || npm <= 1) return
  const timer = setInterval(() => {
    if (isAlive(npm)) return
    clearInterval(timer)
    end()
  }, parentPollMs)
  timer.unref()
}

/**
 * Miniflare ends the process by itself on a signal, with 128 and more and without waiting for what is under way. Ours
 * ends in order and with 0; a second signal ends at once.
 */
export function endOnSignal(end: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal)
    process.once(signal, end)
  }
}

function parentOf(pid: number): number | null {
  try {
    // The second field is the command in parentheses and may hold spaces; the parent is the second one after it.
    const afterCommand = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? ''
    return Number(afterCommand.split(' ')[1])
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
