/**
 * What this machine has and whether it is enough: CPU, memory, GPUs, ComfyUI, model files, disk.
 *
 *     const machine = thisMachine();
 *     const hardware = await detect(machine);
 *     const checks = await diagnose({ config, machine, fetch });
 */
export type { Check } from "./checks.ts";
export { detect, type Hardware } from "./detect.ts";
export { diagnose } from "./diagnose.ts";
export { HardwareError } from "./hardware-error.ts";
export { type Machine, thisMachine } from "./machine.ts";
export { type GpuLoad, type Load, openLoadMeter } from "./load-meter.ts";
export { type ModelFile, verifyModelFiles } from "./model-files.ts";
export { type Command, runCommand } from "./run-command.ts";
export { countPerformanceCores } from "./performance-cores.ts";
