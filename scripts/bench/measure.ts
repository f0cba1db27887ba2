/** One target in one round: started afresh, prepared, then per number of connections warmed up, measured and judged. */
import { skuNames } from './bench-config.ts'
import { type Driven, drive } from './drive.ts'
import { runtimeCpuMs, untilQuiet } from './runtime-cpu.ts'
import type { Answers, Load, Scenario } from './scenario.ts'
import { startTarget, type TargetName } from './target.ts'

export type Window = {
  readonly scenario: string
  readonly target: TargetName
  readonly connections: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  /** Answers other than the one that counts as success. */
  readonly failed: number
  /** Processor time of the target per answer, work behind the answers included; null where it cannot be read. */
  readonly cpuMicros: number | null
  /** The same until the target had nothing left to do; null when it did not come to rest. */
  readonly cpuSettledMicros: number | null
  /** Figures that only show afterwards, by name. */
  readonly extra: Readonly<Record<string, number>>
}

const warmUpSeconds = 1.5
const settleTimeoutMs = 15_000

/** One window per number of connections; none where the scenario has nothing to ask the target. */
export async function measure(
  scenario: Scenario,
  target: TargetName,
  levels: readonly number[],
  seconds: number,
): Promise<readonly Window[]> {
  const prepare = scenario.load[target]
  if (prepare === null) return []
  const skus = skuNames(scenario.skus)
  const started = await startTarget(target, skus)
  try {
    const load = await prepare(started.url, skus)
    await untilQuiet(settleTimeoutMs)
    const windows: Window[] = []
    let answers: Answers = {}
    for (const connections of levels) {
      const place = { url: started.url, connections, seconds }
      const measured = await judged({ scenario: scenario.name, target, load, place }, answers)
      answers = measured.answers
      windows.push(measured.window)
    }
    return windows
  } finally {
    await started.stop()
  }
}

type Place = { readonly url: string; readonly connections: number; readonly seconds: number }
type Subject = {
  readonly scenario: string
  readonly target: TargetName
  readonly load: Load
  readonly place: Place
}

/** `before`: what this target was answered in earlier windows; what it keeps is the sum of all. */
async function judged({ scenario, target, load, place }: Subject, before: Answers) {
  const { next, perSecond } = load
  const warmUp = await drive({ ...place, next, perSecond, seconds: warmUpSeconds })
  const beforeMs = runtimeCpuMs()
  const driven = await drive({ ...place, next, perSecond })
  const cpuMicros = microsPerAnswer(beforeMs, runtimeCpuMs(), driven)
  const own = together(warmUp.statuses, driven.statuses)
  const answers = together(before, own)
  const extra = await load.verify(answers)
  const settled = await untilQuiet(settleTimeoutMs)
  const window: Window = {
    scenario,
    target,
    connections: place.connections,
    seconds: place.seconds,
    perSecond: driven.answered / driven.seconds,
    p50Ms: driven.p50Ms,
    p90Ms: driven.p90Ms,
    failed: countOf(own) - (own[load.success] ?? 0),
    cpuMicros,
    cpuSettledMicros: settled ? microsPerAnswer(beforeMs, runtimeCpuMs(), driven) : null,
    extra,
  }
  return { window, answers }
}

const countOf = (answers: Answers) => Object.values(answers).reduce((sum, count) => sum + count, 0)

function microsPerAnswer(beforeMs: number | null, afterMs: number | null, { statuses }: Driven): number | null {
  return beforeMs === null || afterMs === null ? null : ((afterMs - beforeMs) * 1_000) / countOf(statuses)
}

function together(left: Answers, right: Answers): Answers {
  const statuses = new Set([...Object.keys(left), ...Object.keys(right)])
  return Object.fromEntries([...statuses].map((status) => [status, (left[status] ?? 0) + (right[status] ?? 0)]))
}
