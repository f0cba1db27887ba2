/**
 * PostgreSQL 15 from Debian's package with a fresh cluster, durable as it comes (fsync and synchronous_commit on), and
 * the Node server before it. PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Planning } from '../network.ts'

const binaries = '/usr/lib/postgresql/15/bin'
const serverScript = fileURLToPath(new URL('server.ts', import.meta.url))
const schemaScripts = ['schema.sql', 'planning.sql'].map((name) => fileURLToPath(new URL(name, import.meta.url)))
/** Stated although all of it is the default: nobody has to wonder what the figures cost. */
const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'max_connections=100',
  'listen_addresses=',
]
const startTimeoutMs = 20_000
const startProbeMs = 100

type Account = { readonly name: string; readonly uid: number; readonly gid: number }

/** Why PostgreSQL cannot be measured here; null when it can. */
export function postgresMissing(): string | null {
  if (!existsSync(join(binaries, 'initdb'))) return `${binaries} is not there (Debian's package postgresql-15)`
  if (accountToRunAs() === null) return 'there is no account `postgres` or `nobody` to run it as'
  return null
}

export async function startPostgres(
  stateDir: string,
  planning: Planning,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const account = accountToRunAs()
  if (account === null) throw new Error(postgresMissing() ?? 'PostgreSQL cannot run')
  const data = resolve(stateDir)
  mkdirSync(dirname(data), { recursive: true })
  mkdirSync(data, { mode: 0o700 })
  if (process.getuid?.() === 0) chownSync(data, account.uid, account.gid)
  // Nothing is kept yet: that the empty cluster is not flushed makes nothing less durable that is measured.
  const cluster = ['--auth=trust', '--encoding=UTF8', '--no-instructions', '--no-sync']
  await run('initdb', [...cluster, '-U', account.name, '-D', data], account)
  const options = ['-D', data, '-k', data, ...settings.flatMap((setting) => ['-c', setting])]
  const database = spawn(join(binaries, 'postgres'), options, spawnOptions(account, 'ignore'))
  const stopDatabase = () => ended(database, 'SIGINT') // PostgreSQL's fast shutdown.
  try {
    await untilReady(data, account)
    const scripts = schemaScripts.flatMap((script) => ['-f', script])
    const strictly = ['-q', '-v', 'ON_ERROR_STOP=1']
    await run('psql', ['-h', data, '-U', account.name, '-d', 'postgres', ...strictly, ...scripts], account)
    const { url, stopServer } = await startServer(data, account, planning)
    return { url, stop: () => stopServer().then(stopDatabase) }
  } catch (error) {
    await stopDatabase()
    throw error
  }
}

async function startServer(data: string, { name }: Account, planning: Planning) {
  const server = spawn(process.execPath, [serverScript, data, name], { stdio: ['pipe', 'pipe', 'inherit'] })
  const stopServer = () => ended(server, 'SIGKILL')
  try {
    server.stdin.on('error', () => {}) // It ended early: that it said nothing tells.
    server.stdin.end(JSON.stringify(planning))
    return { url: `http://127.0.0.1:${await firstLine(server)}`, stopServer }
  } catch (error) {
    await stopServer()
    throw error
  }
}

/** Whoever is not root runs it as himself. */
function accountToRunAs(): Account | null {
  const { getuid, getgid } = process
  if (getuid === undefined || getgid === undefined) return null
  if (getuid() !== 0) return { name: 'bench', uid: getuid(), gid: getgid() }
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n')
  const accounts = entries.map((line) => line.split(':'))
  const found = ['postgres', 'nobody'].map((name) => accounts.find(([own]) => own === name)).find(Boolean)
  return found ? { name: found[0] ?? '', uid: Number(found[2]), gid: Number(found[3]) } : null
}

function spawnOptions({ uid, gid }: Account, output: 'ignore' | 'pipe'): SpawnOptions {
  const own = process.getuid?.() === 0 ? { uid, gid } : {}
  return { ...own, cwd: '/', stdio: ['ignore', output, output] }
}

async function run(binary: string, args: readonly string[], account: Account): Promise<void> {
  const child = spawn(join(binaries, binary), args, spawnOptions(account, 'pipe'))
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${binary} ended with ${code}:\n${Buffer.concat(said).toString()}`)
}

async function untilReady(data: string, account: Account): Promise<void> {
  const endMs = performance.now() + startTimeoutMs
  for (;;) {
    try {
      await run('pg_isready', ['-q', '-h', data], account)
      return
    } catch (error) {
      if (performance.now() > endMs) throw error
      await new Promise((wake) => setTimeout(wake, startProbeMs))
    }
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no output')
  for await (const line of stdout) return String(line).trim()
  throw new Error('the server ended before it listened')
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill(signal)
  await closed
}
