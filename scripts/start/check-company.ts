export async function checkCompany(..._args: unknown[]): Promise<readonly string[]> {
  return []
}
