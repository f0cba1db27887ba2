/**
 * The processor time of what this process started (a runtime, or PostgreSQL with its server), from Linux's process
 * table. Elsewhere there is no such table, and the figures are left out.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** `USER_HZ`, in which the kernel reports to processes on every architecture that Node runs on. */
const ticksPerSecond = 100
const quietShareMax = 0.05
const quietProbeMs = 200
const quietProbes = 3

/** Milliseconds of user and system time so far; null where it cannot be read. */
export function runtimeCpuMs(): number | null {
  const started = descendantsOf(
    process.pid,
    Map.groupBy(processes(), ({ parent }) => parent),
  )
  if (started.length === 0) return null
  return (started.reduce((sum, { ticks }) => sum + ticks, 0) * 1_000) / ticksPerSecond
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

type Process = { readonly pid: number; readonly parent: number; readonly ticks: number }

function descendantsOf(pid: number, byParent: ReadonlyMap<number, readonly Process[]>): readonly Process[] {
  const own = byParent.get(pid) ?? []
  return own.flatMap((child) => [child, ...descendantsOf(child.pid, byParent)])
}

function processes(): readonly Process[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((pid) => statOf(pid))
  } catch {
    return []
  }
}

/**
 * proc(5): the name is in parentheses and may hold spaces; the parent is field 4, user and system time 14 and 15, and
 * 16 and 17 those of children that have ended.
 */
function statOf(pid: string): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks }]
  } catch {
    return [] // Ended between the listing and the reading.
  }
}
