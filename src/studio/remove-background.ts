import { countColors, type FinishStep, finish, formatHexColor, parseHexColor, type Raster } from "#pixels";
import { type EditEvent, type EditOptions, editPictures } from "./picture-files.ts";
import { withoutUndefined } from "./order.ts";

export type RemoveBackgroundsOptions = Omit<EditOptions, "suffix"> & {
  /** "#rrggbb"; left out: what the border mostly is. */
  readonly color?: string | undefined;
  readonly tolerance?: number | undefined;
  readonly holes?: number | undefined;
};

/** Makes the backgrounds of pictures transparent, from the border inwards. */
export async function* removeBackgrounds(
  paths: readonly string[],
  { color, tolerance, holes, ...options }: RemoveBackgroundsOptions,
): AsyncGenerator<EditEvent<{ readonly removedPixels: number; readonly colors: number }>> {
  const step = {
    step: "remove-background",
    ...withoutUndefined({ color: color && formatHexColor(parseHexColor(color)), tolerance, holes }),
  } as FinishStep;
  yield* editPictures(paths, { ...options, suffix: "-cutout" }, ({ raster: source }) => {
    const raster = finish(source, [step]);
    return {
      steps: [step],
      raster,
      facts: { removedPixels: countVisible(source) - countVisible(raster), colors: countColors(raster) },
    };
  });
}

export function countVisible({ data }: Raster): number {
  let visible = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) visible++;
  return visible;
}
