/** `npm run serve` as an operator meets it: refusals at the start, one ready line, state that outlives the process. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { receiveStock } from '../../scripts/start/load-stock.ts'
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

async function serveWith(text: string): Promise<{ readonly code: number | null; readonly errors: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-serve-'))
  await writeFile(join(folder, 'config.json'), text)
  const args = [
    'scripts/serve.ts',
    '--port',
    '0',
    '--state',
    join(folder, 'state'),
    '--config',
    join(folder, 'config.json'),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  await rm(folder, { recursive: true, force: true })
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
