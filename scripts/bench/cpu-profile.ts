/**
 * V8's sampling profiler through the runtime's inspector
 * (https://chromedevtools.github.io/devtools-protocol/v8/Profiler/). All actors of the worker share its isolate, so one
 * profile shows them all; the simulated D1, KV and queues are workers of their own and not in it.
 */
export type CallFrame = {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}
export type ProfileNode = {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
}
export type CpuProfile = {
  readonly nodes: readonly ProfileNode[]
  /** The node that was running, sample by sample, and the microseconds since the sample before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
export type Profiler = { readonly stop: () => Promise<CpuProfile> }

type Reply = { readonly id: number; readonly result?: { readonly profile?: CpuProfile }; readonly error?: unknown }
type Target = { readonly webSocketDebuggerUrl: string; readonly id: string }
type Call = (method: string, params?: object) => Promise<Reply>

const samplingMicros = 200

/** `inspector`: the address that lists the runtime's workers. */
export async function startProfiler(inspector: URL, worker: string): Promise<Profiler> {
  const listed = (await (await fetch(`http://${inspector.host}/json`)).json()) as readonly Target[]
  const target = listed.find(({ id }) => id.includes(worker))
  if (target === undefined) throw new Error(`the inspector lists no worker called ${worker}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', reject, { once: true })
  })
  const call = callerOver(socket)
  await call('Profiler.enable')
  await call('Profiler.setSamplingInterval', { interval: samplingMicros })
  await call('Profiler.start')
  return {
    stop: async () => {
      const { result } = await call('Profiler.stop')
      socket.close()
      if (result?.profile === undefined) throw new Error('the inspector answered no profile')
      return result.profile
    },
  }
}

function callerOver(socket: WebSocket): Call {
  const waiting = new Map<number, (reply: Reply) => void>()
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  let lastId = 0
  return async (method, params = {}) => {
    lastId += 1
    const id = lastId
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
    if (reply.error !== undefined) throw new Error(`${method}: ${JSON.stringify(reply.error)}`)
    return reply
  }
}
