/** Latencies as log-normal distributions through their median and 95th percentile. */
import type { Settings } from './inputs.ts'

/** The standard normal distribution's 95th percentile. */
const normal95 = 1.6449

export function latency(settings: Settings, random: () => number) {
  const logNormal = (p50Ms: number, p95Ms: number) => {
    const deviation = Math.log(p95Ms / p50Ms) / normal95
    return () => p50Ms * Math.exp(deviation * normal(random))
  }
  return {
    call: logNormal(settings.callP50Ms, settings.callP95Ms),
    commit: logNormal(settings.commitP50Ms, settings.commitP95Ms),
    queue: logNormal(settings.queueP50Ms, settings.queueP95Ms),
  }
}

/** Box and Muller's transformation. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
