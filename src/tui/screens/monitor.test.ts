import { expect, it } from "vitest";
import { openSample } from "../sample-studio.ts";

const gibibytes = (count: number) => count * 2 ** 30;

it("charts what the machine says, and has no row for a GPU that is not there", async () => {
  const studio = await openSample({ screen: "monitor" });
  const shown = await studio.until("25 %");
  for (const text of ["6.0 GiB of 24.0 GiB", "no GPU", "50.0 GiB free", "none drawn", "no alerts"])
    expect(shown).toContain(text);
  expect(shown).toMatch(/[▁▂▃▄▅▆▇█]/);
  expect(await studio.press("s")).toContain("The last minute");
});

it("shows each GPU, and alerts where something runs out", async () => {
  const studio = await openSample({
    screen: "monitor",
    readLoad: async () => ({
      cpu: 1,
      memory: { usedBytes: gibibytes(23.9), totalBytes: gibibytes(24) },
      disk: { usedBytes: gibibytes(99.5), totalBytes: gibibytes(100) },
      gpus: [
        {
          name: "NVIDIA H100",
          utilization: 0.5,
          usedBytes: gibibytes(40),
          totalBytes: gibibytes(80),
          celsius: 91,
          watts: 312.4,
        },
      ],
    }),
  });
  const shown = await studio.until("GPU: NVIDIA H100");
  for (const text of [
    "50 %  91 °C  312 W",
    "40.0 GiB of 80.0 GiB",
    "memory is nearly full",
    "less than 1 GiB of disk",
    "NVIDIA H100 is at 91 °C",
  ])
    expect(shown).toContain(text);
});

it("fits 80 x 24", async () => {
  const studio = await openSample({ screen: "monitor", width: 80, height: 24 });
  expect(await studio.until("25 %")).toContain("Memory");
});
