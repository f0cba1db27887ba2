/**
 * The processor time of the runtime that this process started, from Linux's process table. Elsewhere there is no such
 * table, and the figures are left out.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** `USER_HZ`, in which the kernel reports to processes on every architecture that Node runs on. */
const ticksPerSecond = 100
const quietShareMax = 0.05
const quietProbeMs = 250
const quietProbes = 3

/** Milliseconds of user and system time so far; null where it cannot be read. */
export function runtimeCpuMs(): number | null {
  const runtimes = processes().filter(({ name, parent }) => name === 'workerd' && parent === process.pid)
  if (runtimes.length === 0) return null
  const ticks = runtimes.reduce((sum, runtime) => sum + runtime.ticks, 0)
  return (ticks * 1_000) / ticksPerSecond
}

/** Until the runtime has next to nothing left to do; false when it still had after `timeoutMs`. */
export async function untilQuiet(timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs
  for (let quiet = 0; performance.now() < endMs; ) {
    const before = runtimeCpuMs()
    await new Promise((resolve) => setTimeout(resolve, quietProbeMs))
    const after = runtimeCpuMs()
    if (before === null || after === null) return false
    quiet = (after - before) / quietProbeMs <= quietShareMax ? quiet + 1 : 0
    if (quiet === quietProbes) return true
  }
  return false
}

type Process = { readonly name: string; readonly parent: number; readonly ticks: number }

function processes(): readonly Process[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((pid) => statOf(pid))
  } catch {
    return []
  }
}

/** proc(5): the name is in parentheses and may hold spaces; the parent is field 4, user and system time 14 and 15. */
function statOf(pid: string): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ name, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]
  } catch {
    return [] // Ended between the listing and the reading.
  }
}
