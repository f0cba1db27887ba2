/**
 * Starts the real Tryton 6.0 server from Debian's packages on loopback, in a directory of its own that is gone after
 * `stop`. The installed and seeded database is kept between runs, because installing its modules takes a quarter
 * minute.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../serve/free-port.ts'
import { type Seeded, seedTryton } from './seed-tryton.ts'

const run = promisify(execFile)

const trytonPackages =
  'tryton-server tryton-modules-sale tryton-modules-stock tryton-modules-account-invoice-stock tryton-modules-sale-shipment-cost'
const modules = ['sale', 'stock', 'account_invoice_stock', 'sale_shipment_cost']

const startTimeoutMs = 120_000
const pollMs = 100
const adminPassword = 'harbour-admin-password'

export type TrytonServer = Seeded & {
  readonly url: string
  readonly database: string
  readonly admin: { readonly user: string; readonly password: string }
  /** Ends the server and removes its directory. */
  readonly stop: () => Promise<void>
}

/** Null when this machine has it; otherwise what to say and do. */
export async function trytonMissing(): Promise<string | null> {
  try {
    await run('trytond-admin', ['--version'])
    await run('trytond', ['--version'])
    return null
  } catch {
    return `Tryton is not installed. Get it with: apt-get install --no-install-recommends ${trytonPackages}`
  }
}

export async function startTryton(database = 'harbour'): Promise<TrytonServer> {
  const template = await templatePath()
  const directory = await mkdtemp(join(tmpdir(), 'crossdock-tryton-'))
  const databaseFile = join(directory, `${database}.sqlite`)
  const fresh = !(await exists(template.database))
  if (fresh) await install(directory, database)
  else await copyFile(template.database, databaseFile)
  const server = await listen(directory)
  try {
    const seeded: Seeded = fresh
      ? await seedTryton({ url: server.url, database, adminPassword })
      : JSON.parse(await readFile(template.seeded, 'utf8'))
    if (fresh) await keep(template, databaseFile, seeded)
    const admin = { user: 'admin', password: adminPassword }
    return { ...seeded, url: server.url, database, admin, stop: () => end(server.child, directory) }
  } catch (error) {
    await end(server.child, directory)
    throw error
  }
}

type Template = { readonly database: string; readonly seeded: string }

/** Named after everything that shapes the database: another Tryton or another seed is another template. */
async function templatePath(): Promise<Template> {
  const { stdout } = await run('trytond-admin', ['--version'])
  const seed = await readFile(new URL('./seed-tryton.ts', import.meta.url), 'utf8')
  const hash = createHash('sha256')
    .update([stdout, seed, adminPassword, ...modules].join('\n'))
    .digest('hex')
  const base = join(tmpdir(), `crossdock-tryton-template-${hash.slice(0, 16)}`)
  return { database: `${base}.sqlite`, seeded: `${base}.json` }
}

/** The database last and by rename: another run sees the whole template or none. */
async function keep(template: Template, databaseFile: string, seeded: Seeded): Promise<void> {
  const partial = `${template.database}.${process.pid}`
  await copyFile(databaseFile, partial)
  await writeFile(template.seeded, JSON.stringify(seeded))
  await rename(partial, template.database)
}

async function install(directory: string, database: string): Promise<void> {
  const config = await writeConfig(directory, 0)
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, `${adminPassword}\n`)
  await writeFile(join(directory, `${database}.sqlite`), '')
  const env = { ...process.env, TRYTONPASSFILE: passwordFile }
  const base = ['-c', config, '-d', database]
  await run('trytond-admin', [...base, '--all', '--email', 'admin@harbour.example'], { env })
  await run('trytond-admin', [...base, '-u', ...modules, '--activate-dependencies'], { env })
}

async function writeConfig(directory: string, port: number): Promise<string> {
  const path = join(directory, 'trytond.conf')
  const sections = [
    '[database]',
    'uri = sqlite://',
    `path = ${directory}`,
    '[web]',
    `listen = 127.0.0.1:${port}`,
    '[session]',
    'authentications = password',
    '',
  ]
  await writeFile(path, sections.join('\n'))
  return path
}

async function listen(directory: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const port = await freePort()
  const config = await writeConfig(directory, port)
  const child = spawn('trytond', ['-c', config], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const deadlineMs = Date.now() + startTimeoutMs
  while (Date.now() < deadlineMs && child.exitCode === null) {
    if (await answers(url)) return { url, child }
    await sleep(pollMs)
  }
  await end(child, directory)
  throw new Error('trytond did not start')
}

async function answers(url: string): Promise<boolean> {
  const body = JSON.stringify({ id: 1, method: 'common.server.version', params: [] })
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const response = await fetch(`${url}/`, { method: 'POST', headers, body }).catch(() => null)
  return response?.ok ?? false
}

async function end(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }
  await rm(directory, { recursive: true, force: true })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
