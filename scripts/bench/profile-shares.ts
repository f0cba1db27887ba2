/** A profile as a person reads it: microseconds by part of the project and by function, through the bundle's source map. */
import { SourceMap } from 'node:module'
import type { CallFrame, CpuProfile, ProfileNode } from './cpu-profile.ts'

export type Share = { readonly name: string; readonly micros: number }
export type Shares = { readonly parts: readonly Share[]; readonly functions: readonly Share[] }
type Place = { readonly part: string; readonly name: string }

/**
 * A sample stands for the time since the one before. While the isolate is not entered nothing is sampled, so a longer
 * gap was spent outside it: in a flush, or in another worker of the same thread.
 */
const sampleMicrosMax = 1_000
const outside: Place = { part: 'outside this worker: flushes, D1, queues, idle', name: '(outside)' }
const runtime: Place = { part: 'the runtime itself: HTTP, calls between objects', name: '(program)' }
const collector: Place = { part: 'garbage collection', name: '(garbage collector)' }
const storage: Place = { part: 'SQLite: statements and commits', name: '(sqlite)' }
const meta: Readonly<Record<string, Place>> = {
  '(idle)': outside,
  '(program)': runtime,
  '(root)': runtime,
  '(garbage collector)': collector,
}
/** The runtime's own functions that end in SQLite. */
const sqlFunctions = new Set(['exec', 'toArray', 'one', 'transactionSync', 'setAlarm'])

export function sharesOf(profile: CpuProfile, map: ConstructorParameters<typeof SourceMap>[0]): Shares {
  const places = placesOf(profile.nodes, new SourceMap(map))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  const add = (to: Map<string, number>, name: string, micros: number) => to.set(name, (to.get(name) ?? 0) + micros)
  profile.samples.forEach((node, index) => {
    const micros = profile.timeDeltas[index] ?? 0
    const { part, name } = places.get(node) ?? runtime
    add(parts, part, Math.min(micros, sampleMicrosMax))
    add(functions, name, Math.min(micros, sampleMicrosMax))
    add(parts, outside.part, Math.max(0, micros - sampleMicrosMax))
  })
  return { parts: sorted(parts), functions: sorted(functions) }
}

/** What has no source of its own, such as a method of the runtime, counts for whoever called it. */
function placesOf(nodes: readonly ProfileNode[], map: SourceMap): ReadonlyMap<number, Place> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const places = new Map<number, Place>()
  const walk = (node: ProfileNode, caller: Place) => {
    const place = placeOf(node.callFrame, caller, map)
    places.set(node.id, place)
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child !== undefined) walk(child, place)
    }
  }
  const [root] = nodes
  if (root !== undefined) walk(root, runtime)
  return places
}

function placeOf(frame: CallFrame, caller: Place, map: SourceMap): Place {
  const known = meta[frame.functionName]
  if (known !== undefined) return known
  if (frame.url === '') return sqlFunctions.has(frame.functionName) ? storage : caller
  if (frame.url.includes('-internal:') || frame.url.startsWith('node:')) return runtime
  const entry = map.findEntry(frame.lineNumber, frame.columnNumber)
  const source = 'originalSource' in entry ? entry.originalSource : undefined
  if (source === undefined) return caller
  const path = source.replace(/^(?:\.\.\/)+/, '')
  return { part: partOf(path), name: `${frame.functionName || 'anonymous'}  ${path}` }
}

/** Packages by name, the domain and the HTTP layer by folder, everything else by its first folder. */
function partOf(path: string): string {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1]
  if (name !== undefined) return `package ${name}`
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? `src/${second}` : top
}

const sorted = (micros: ReadonlyMap<string, number>): readonly Share[] =>
  [...micros].map(([name, each]) => ({ name, micros: each })).sort((left, right) => right.micros - left.micros)
