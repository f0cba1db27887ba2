/** One window: a fresh target, a warm-up, the measurement, and the judgement of what was answered. */
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
  /** Processor time of the runtime per answer, work behind the answers included; null where it cannot be read. */
  readonly cpuMicros: number | null
  /** The same until the runtime had nothing left to do; null when it did not come to rest. */
  readonly cpuSettledMicros: number | null
  /** Figures that only show afterwards, by name. */
  readonly extra: Readonly<Record<string, number>>
}

const warmUpSeconds = 1.5
const settleTimeoutMs = 15_000

export async function measure(
  scenario: Scenario,
  target: TargetName,
  connections: number,
  seconds: number,
): Promise<Window | null> {
  const load = scenario.load[target]
  if (load === null) return null
  const skus = skuNames(scenario.skus)
  const started = await startTarget(target, skus)
  try {
    const prepared = await load(started.url, skus)
    await untilQuiet(settleTimeoutMs)
    return await judged(scenario.name, target, prepared, { url: started.url, connections, seconds })
  } finally {
    await started.stop()
  }
}

type Place = { readonly url: string; readonly connections: number; readonly seconds: number }

async function judged(scenario: string, target: TargetName, load: Load, place: Place): Promise<Window> {
  const { next, perSecond } = load
  const warmUp = await drive({ ...place, next, perSecond, seconds: warmUpSeconds })
  const beforeMs = runtimeCpuMs()
  const driven = await drive({ ...place, next, perSecond })
  const cpuMicros = microsPerAnswer(beforeMs, runtimeCpuMs(), driven)
  const answers = together(warmUp.statuses, driven.statuses)
  const extra = await load.verify(answers)
  const settled = await untilQuiet(settleTimeoutMs)
  return {
    scenario,
    target,
    connections: place.connections,
    seconds: place.seconds,
    perSecond: driven.answered / driven.seconds,
    p50Ms: driven.p50Ms,
    p90Ms: driven.p90Ms,
    failed: countOf(answers) - (answers[load.success] ?? 0),
    cpuMicros,
    cpuSettledMicros: settled ? microsPerAnswer(beforeMs, runtimeCpuMs(), driven) : null,
    extra,
  }
}

const countOf = (answers: Answers) => Object.values(answers).reduce((sum, count) => sum + count, 0)

function microsPerAnswer(beforeMs: number | null, afterMs: number | null, { statuses }: Driven): number | null {
  return beforeMs === null || afterMs === null ? null : ((afterMs - beforeMs) * 1_000) / countOf(statuses)
}

function together(left: Answers, right: Answers): Answers {
  const statuses = new Set([...Object.keys(left), ...Object.keys(right)])
  return Object.fromEntries([...statuses].map((status) => [status, (left[status] ?? 0) + (right[status] ?? 0)]))
}
