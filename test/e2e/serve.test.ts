/** `npm run serve` as an operator meets it: refusals at the start, one ready line, state that outlives the process. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { receiveStock } from '../../scripts/start/load-stock.ts'
import { testConfig } from '../fixtures/config.ts'
import { apiOf, type Company, startCompany } from './company.ts'
import { type ServedCrossdock, servedCrossdock } from './served-crossdock.ts'

let company: Company | null = null
let served: ServedCrossdock | null = null
afterEach(async () => {
  await served?.dispose()
  await company?.stop()
  served = null
  company = null
})

type Ended = { readonly code: number | null; readonly errors: string }

/** Serves until it ends by itself, or is sent SIGTERM once it is ready. `port` and `state` default to usable ones. */
async function serveWith(
  text: string,
  given: { readonly port?: number; readonly state?: string } = {},
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-serve-'))
  const [config, state] = [join(folder, 'config.json'), given.state ?? join(folder, 'state')]
  await writeFile(config, text)
  const args = ['scripts/serve.ts', '--port', String(given.port ?? 0), '--state', state, '--config', config]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('ready')) child.kill('SIGTERM')
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  // Not `exit`, after which the last words may still be on their way.
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  return { code, errors }
}

it('refuses an invalid configuration with every error at once and exit code 2', async () => {
  const { code, errors } = await serveWith('{"company": 7, "accounts": [{"id": "Not A Slug"}], "surprise": true}')
  expect(code).toBe(2)
  for (const part of ['company', 'accounts.0.id', 'accounts.0.partner', 'entities', 'locations', 'surprise']) {
    expect(errors).toContain(part)
  }
})

it('refuses a file that is not JSON, and one that is not there', async () => {
  expect(await serveWith('{')).toMatchObject({ code: 2, errors: expect.stringContaining('not JSON') })
})

it('ends in order, with exit code 0, when it is told to', async () => {
  expect(await serveWith(JSON.stringify(testConfig))).toEqual({ code: 0, errors: '' })
})

it('says in one line that its port is taken', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const ended = await serveWith(JSON.stringify(testConfig), { port })
  other.close()
  expect(ended).toEqual({ code: 1, errors: `cannot start: 127.0.0.1:${port} is in use by another process\n` })
})

it.each(['/dev/null/state', '/proc/crossdock/state'])('says in one line that it cannot write %s', async (state) => {
  const { code, errors } = await serveWith(JSON.stringify(testConfig), { state })
  expect([code, errors]).toEqual([1, expect.stringMatching(/^cannot start: E[A-Z]+: [^\n]+\n$/)])
})

it('says when it is ready, and keeps its state over a clean restart and a kill', async () => {
  company = await startCompany()
  served = await servedCrossdock(company.config, company.port)
  await served.start()
  const readyLines = served
    .output()
    .split('\n')
    .filter((line) => line.startsWith('ready '))
  expect(readyLines).toEqual([`ready http://127.0.0.1:${company.port}`])
  const api = apiOf(company)
  await receiveStock(api, [{ sku: 'BUOY-R', location: 'east', received: 7 }], 'opening')
  const reserve = { reservationId: 'cart-1', lines: [{ sku: 'BUOY-R', quantity: 2 }], expiresInSeconds: 600 }
  expect((await api.post('/v1/reservations', reserve)).status).toBe(201)
  const availableNow = async () => {
    const answer = await api.get<{ readonly states: { readonly available: number } }>('/v1/inventory/BUOY-R/east')
    return answer.body.states.available
  }
  expect(await availableNow()).toBe(5)
  await served.kill()
  await served.start()
  expect(await availableNow()).toBe(5)
  await served.restart()
  expect(await availableNow()).toBe(5)
})
