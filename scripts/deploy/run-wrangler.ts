/** Runs the project's own wrangler and returns what it printed; the exit code is a value, not a throw. */
import { spawn } from 'node:child_process'

export type WranglerResult = { readonly code: number; readonly output: string }

export function runWrangler(args: readonly string[], input?: string): Promise<WranglerResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('wrangler', args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
    child.stdin.end(input ?? '')
  })
}
