/** Reads and checks a configuration file; every error at once, each with its path in the file. */
import { readFile } from 'node:fs/promises'
import { accountProblems } from '../../src/connectors/account-problems.ts'
import { type CompiledConfig, type ConfigProblem, compileConfig } from '../../src/domain/config/compile-config.ts'
import { err, type Result } from '../../src/domain/shared/result.ts'
import { sha256Hex } from './start-crossdock.ts'

export async function readConfig(path: string): Promise<Result<CompiledConfig, readonly ConfigProblem[]>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return err([
      { path: '', message: `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}` },
    ])
  }
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (error) {
    return err([{ path: '', message: `not JSON: ${(error as Error).message}` }])
  }
  return compileConfig(input, sha256Hex, accountProblems)
}
