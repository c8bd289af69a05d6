/** How many random cases a test tries: as many as are given in `npm test`, ten times as many in the deep suite. */
export function countRuns(count: number): number {
  return count * Number(process.env.REPARTEE_TEST_TIMES ?? 1);
}
