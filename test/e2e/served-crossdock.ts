/** `npm run serve`'s process, as an operator runs it: started, killed without warning, started again on the same state. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/serve/free-port.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'

const readyTimeoutMs = 120_000
const [freeWithinMs, askAgainMs] = [60_000, 50]

export type ServedCrossdock = {
  readonly url: string
  /** Everything both output streams have said, over all lives of the process. */
  readonly output: () => string
  readonly start: () => Promise<void>
  /** SIGKILL: nothing gets to clean up. */
  readonly kill: () => Promise<void>
  /** Asks it to end, waits, and starts it again. */
  readonly restart: () => Promise<void>
  /** Asks it to end and waits. */
  readonly stop: () => Promise<void>
  /** Where the state is: another instance may go on with it once this one has ended. */
  readonly stateDir: string
  /** Ends the process and removes its state. */
  readonly dispose: () => Promise<void>
}

/** `port` 0 takes any free one. */
export async function servedCrossdock(config: ConfigFile, preferredPort = 0): Promise<ServedCrossdock> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-e2e-'))
  const configPath = join(folder, 'config.json')
  await writeFile(configPath, JSON.stringify(config), { mode: 0o600 })
  const stateDir = join(folder, 'state')
  const port = await freePort(preferredPort)
  let output = ''
  let child: ChildProcess | null = null

  const start = async () => {
    const from = output.length
    const args = ['scripts/serve.ts', '--port', String(port), '--state', stateDir, '--config', configPath]
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not ready within ${readyTimeoutMs} ms:\n${output}`)),
        readyTimeoutMs,
      )
      const collect = (chunk: Buffer) => {
        output += chunk.toString()
        if (!output.slice(from).includes(`ready http://127.0.0.1:${port}`)) return
        clearTimeout(timer)
        resolve()
      }
      started.stdout.on('data', collect)
      started.stderr.on('data', collect)
      started.once('exit', (code) => reject(new Error(`serve ended with ${code}:\n${output}`)))
    })
  }

  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', () => resolve())
      child.kill(signal)
    })

  const stop = async () => {
    await end('SIGTERM')
    await portIsFree(port)
  }

  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    start,
    kill: async () => {
      await end('SIGKILL')
      output += '\n(killed)\n'
      await portIsFree(port)
    },
    restart: async () => {
      await stop()
      await start()
    },
    stop,
    stateDir,
    dispose: async () => {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** The runtime ends a moment after its parent; until then the port is taken. */
async function portIsFree(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < freeWithinMs; waitedMs += askAgainMs) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return
    await new Promise((resolve) => setTimeout(resolve, askAgainMs))
  }
  throw new Error(`port ${port} is still taken`)
}
