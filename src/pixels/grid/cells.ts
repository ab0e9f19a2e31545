/** Cells of one axis: line k lies at `start + k * pitch` pixels, for k from 0 to `count`. */
export type Cells = { readonly count: number; readonly pitch: number; readonly start: number };
