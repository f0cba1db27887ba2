/** House rules as functions over (path, text): each returns what is wrong, in a sentence, or nothing. */
import { posix } from 'node:path'

export type SourceFile = { readonly path: string; readonly text: string }
export type Breach = { readonly path: string; readonly message: string }

const fileLinesMax = 250
const testFileLinesMax = 600
const lineLengthMax = 120

type Layer = { readonly folder: string; readonly may: readonly string[]; readonly packages?: readonly RegExp[] }

const actorSeams = ['src/env.ts', 'src/actor-apis.ts', 'src/queue-messages.ts', 'src/config/', 'src/sourcing/']

/** Who may import whom. The first folder that fits a file decides; type-only imports obey the same table. */
const layers: readonly Layer[] = [
  { folder: 'src/domain/', may: ['src/domain/'], packages: [/^zod$/, /^dinero\.js/, /^temporal-polyfill$/] },
  { folder: 'src/connectors/', may: ['src/connectors/', 'src/domain/'] },
  { folder: 'src/db/', may: ['src/db/', 'src/domain/', 'src/env.ts', 'src/queue-messages.ts', 'src/actor-apis.ts'] },
  { folder: 'src/config/', may: ['src/config/', 'src/domain/', 'src/env.ts'] },
  { folder: 'src/sourcing/', may: ['src/domain/', ...actorSeams] },
  { folder: 'src/http/', may: ['src/http/', 'src/connectors/', 'src/domain/', 'src/db/', ...actorSeams] },
  { folder: 'durable-objects/', may: ['durable-objects/', 'src/domain/', ...actorSeams] },
  { folder: 'queues/', may: ['queues/', 'src/connectors/', 'src/domain/', 'src/db/', ...actorSeams] },
  { folder: 'scripts/', may: ['scripts/', 'src/domain/', 'src/db/', 'src/connectors/'] },
]

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\{[^}]*\}[^'"\n]*?)?from\s+['"]([^'"]+)['"]|import\s+['"]([^'"]+)['"]/g

export function importsOf(file: SourceFile): readonly string[] {
  return [...file.text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '')
}

export function layerBreaches(file: SourceFile): Breach[] {
  const layer = layers.find((candidate) => file.path.startsWith(candidate.folder))
  if (!layer) return []
  return importsOf(file).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = posix.normalize(posix.join(posix.dirname(file.path), specifier))
      if (layer.may.some((allowed) => target.startsWith(allowed))) return []
      return [{ path: file.path, message: `${layer.folder} must not import ${target}` }]
    }
    if (layer.packages === undefined || layer.packages.some((allowed) => allowed.test(specifier))) return []
    return [{ path: file.path, message: `${layer.folder} must not import the package ${specifier}` }]
  })
}

/** The domain has no clock, no randomness and no I/O of its own: all of it is handed in. */
export function purityBreaches(file: SourceFile): Breach[] {
  if (!file.path.startsWith('src/domain/')) return []
  const impure = /\b(Date\.now|new Date\(\)|Math\.random|crypto\.|fetch\(|setTimeout|console\.)/g
  return [...withoutComments(file.text).matchAll(impure)].map((match) => ({
    path: file.path,
    message: `the domain must not use ${match[0]}`,
  }))
}

export function sizeBreaches(file: SourceFile): Breach[] {
  const lines = file.text.split('\n')
  const most = file.path.startsWith('test/') ? testFileLinesMax : fileLinesMax
  const breaches: Breach[] = []
  if (lines.length > most) breaches.push({ path: file.path, message: `${lines.length} lines, at most ${most}` })
  lines.forEach((line, index) => {
    if (line.length > lineLengthMax && !/https?:\/\//.test(line) && !/^\s*['"`/]/.test(line)) {
      breaches.push({ path: file.path, message: `line ${index + 1} has ${line.length} characters` })
    }
  })
  return breaches
}

export function nameBreaches(file: SourceFile): Breach[] {
  const name = posix.basename(file.path).replace(/(\.test)?\.tsx?$/, '')
  const breaches: Breach[] = []
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.d|\.config)?$/.test(name))
    breaches.push({ path: file.path, message: 'file names are kebab-case' })
  if (/(^|-)(utils?|helpers?|misc|manager|service|common)$/.test(name))
    breaches.push({ path: file.path, message: `'${name}' says nothing` })
  return breaches
}

/** A barrel is an index file that only re-exports; the worker entry is the one that may. */
export function barrelBreaches(file: SourceFile): Breach[] {
  if (file.path === 'src/index.ts') return []
  const statements = withoutComments(file.text).trim()
  const onlyReExports =
    statements !== '' &&
    statements.split('\n').every((line) => /^(export .* from |\s*[\w, {}]+,?$|\} from )/.test(line))
  return onlyReExports && /export .*from/.test(statements)
    ? [{ path: file.path, message: 'a barrel: import from the file itself' }]
    : []
}

export function leftoverBreaches(file: SourceFile): Breach[] {
  const patterns: readonly [RegExp, string][] = [
    [/\b(TODO|FIXME|XXX|HACK)\b/, 'a note to self'],
    [/\b(it|test|describe)\.only\b/, 'a focused test'],
    [/\bdebugger\b/, 'a debugger statement'],
    [/@ts-ignore|@ts-nocheck/, 'a silenced type error'],
  ]
  return patterns.flatMap(([pattern, what]) =>
    pattern.test(file.text) ? [{ path: file.path, message: `left behind: ${what}` }] : [],
  )
}

/** Each class extends nothing but the platform's base classes. */
export function inheritanceBreaches(file: SourceFile): Breach[] {
  return [...withoutComments(file.text).matchAll(/\bclass\s+\w+\s+extends\s+([\w.]+)/g)]
    .filter((match) => match[1] !== 'DurableObject' && match[1] !== 'Error' && match[1] !== 'IttyDurable')
    .map((match) => ({ path: file.path, message: `extends ${match[1]}: compose instead` }))
}

/** `src/connectors/registry.ts` holds one line per partner folder, and nothing else decides by partner name. */
export function registryBreaches(registry: SourceFile, partnerFolders: readonly string[]): Breach[] {
  return partnerFolders.flatMap((partner) => {
    const lines = registry.text
      .split('\n')
      .filter((line) => !line.startsWith('import') && new RegExp(`\\b${partner}\\b`).test(line))
    return lines.length === 1
      ? []
      : [{ path: registry.path, message: `${partner} has ${lines.length} registry lines, not one` }]
  })
}

const namedFile = /`([\w@./-]+\.(?:tsx?|md|json|toml))`/g
const linked = /\]\((?!https?:)([^)#]+)/g
const npmScript = /\bnpm run (?:-s )?([\w:]+)/g

/** What a page of the documentation calls by name is there: files, by as much of their path as it gives, and scripts. */
export function docBreaches(page: SourceFile, paths: readonly string[], scripts: readonly string[]): Breach[] {
  const isThere = (path: string) => paths.some((known) => known === path || known.endsWith(`/${path}`))
  const targetOf = (link: string) => posix.normalize(posix.join(posix.dirname(page.path), link)).replace(/\/$/, '')
  const namesIn = (pattern: RegExp) => [...page.text.matchAll(pattern)].map((match) => match[1] ?? '')
  const missing = [
    ...namesIn(namedFile).filter((name) => !name.startsWith('/') && !isThere(name)),
    ...namesIn(linked).filter((link) => !paths.some((path) => `${path}/`.startsWith(`${targetOf(link)}/`))),
    ...namesIn(npmScript).filter((name) => !scripts.includes(name)),
  ]
  return missing.map((name) => ({ path: page.path, message: `names '${name}', which is not there` }))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}
