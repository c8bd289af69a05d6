/**
 * The item at an index that is always in range: `at([7, 8], 1)` is 8. Throws RangeError for any other, so that a wrong
 * index is an error and not a plausible number. Allocates nothing. In loops over every byte or token write
 * `array[index]!` instead and say why it is in range.
 */
export function at<T>(array: ArrayLike<T | undefined>, index: number): T {
  const item = array[index];
  if (item === undefined) throw new RangeError(`nothing at index ${index} of ${array.length}`);
  return item;
}
