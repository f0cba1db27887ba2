/** One target in one round: started afresh, prepared, then per number of connections warmed up, measured and judged. */
import { skuNames } from './bench-config.ts'
import { type Driven, drive } from './drive.ts'
import { oneLocation } from './network.ts'
import { runtimeCpuMs, untilQuiet } from './runtime-cpu.ts'
import type { Answers, Load, Scenario } from './scenario.ts'
import { type Company, startTarget, type TargetName } from './target.ts'

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

/** At the first number of connections; afterwards the target is warm. */
const warmUpSeconds = 1.5
const warmAgainSeconds = 0.5
const settleTimeoutMs = 5_000

export type How = { readonly levels: readonly number[]; readonly seconds: number; readonly stateRoot: string }
/** What was measured before something went wrong is kept. */
export type Outcome = { readonly windows: readonly Window[]; readonly failure: string | null }

/** One window per number of connections; none where the scenario has nothing to ask the target. Never throws. */
export async function measure(
  scenario: Scenario,
  target: TargetName,
  { levels, seconds, stateRoot }: How,
): Promise<Outcome> {
  const prepare = scenario.load[target]
  const windows: Window[] = []
  if (prepare === null) return { windows, failure: null }
  const company: Company = { skus: skuNames(scenario.skus), network: scenario.network ?? oneLocation }
  try {
    const started = await startTarget(target, company, stateRoot)
    try {
      const load = await prepare(started.url, company.skus)
      await untilQuiet(settleTimeoutMs)
      let answers: Answers = {}
      for (const connections of levels) {
        const place = { url: started.url, connections, seconds, isWarm: windows.length > 0 }
        const measured = await judged({ scenario: scenario.name, target, load, place }, answers)
        answers = measured.answers
        windows.push(measured.window)
      }
    } finally {
      await started.stop()
    }
    return { windows, failure: null }
  } catch (error) {
    return { windows, failure: error instanceof Error ? error.message : String(error) }
  }
}

type Place = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly isWarm: boolean
}
type Subject = {
  readonly scenario: string
  readonly target: TargetName
  readonly load: Load
  readonly place: Place
}

/** `before`: what this target was answered in earlier windows; what it keeps is the sum of all. */
async function judged({ scenario, target, load, place }: Subject, before: Answers) {
  const { next, perSecond } = load
  const warmUp = await drive({ ...place, next, perSecond, seconds: place.isWarm ? warmAgainSeconds : warmUpSeconds })
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
