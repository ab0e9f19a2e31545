export function colorCount(colors: number): string {
  return colors === 1 ? "1 color" : `${colors} colors`;
}
