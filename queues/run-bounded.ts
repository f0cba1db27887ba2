/** Runs `work` over all items, at most `limit` at a time: an invocation may hold six connections open. */
export const connectionsMax = 6

/** Answers in the order of the items. `work` must not throw for an expected failure: the first throw ends all. */
export async function runBounded<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
  limit = connectionsMax,
): Promise<Answer[]> {
  const answers: Answer[] = []
  const waiting = items.entries()
  const takeNext = async (): Promise<void> => {
    for (const [index, item] of waiting) answers[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeNext))
  return answers
}
